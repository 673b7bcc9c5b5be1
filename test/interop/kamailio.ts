// Kamailio as the proxy in front of the box: phones sign in and call through it, each side by a transport of its own.
//
//   phone ── udp, tcp or tls ──▶ Kamailio (Path, Record-Route) ── udp or tcp ──▶ box
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../support/free-ports.ts'
import { Program } from '../support/program.ts'
import { until } from '../support/wait.ts'
import type { Undo } from './case.ts'

const modules = '/usr/lib/x86_64-linux-gnu/kamailio/modules'

export interface Kamailio {
  /** host:port of UDP and TCP; TLS is on the port after it. */
  address: string
  tlsAddress: string
}

export async function startKamailio(
  undo: Undo,
  options: {
    /** host:port of the box, and how to get there. */
    box: string
    transport: 'udp' | 'tcp'
    /** After which an idle TCP connection is closed. Absent: two minutes, Kamailio's own. */
    idleS?: number
    tls: { certificateFile: string; keyFile: string }
  },
): Promise<Kamailio> {
  const folder = mkdtempSync(join(tmpdir(), 'cordboard-kamailio-'))
  undo.add(() => rmSync(folder, { recursive: true, force: true }))
  const port = await freePorts(2)
  const { certificateFile, keyFile } = options.tls
  writeFileSync(
    join(folder, 'tls.cfg'),
    `[server:default]\nmethod = TLSv1.2+\ncertificate = ${certificateFile}\nprivate_key = ${keyFile}\n` +
      `verify_certificate = no\n[client:default]\nverify_certificate = no\n`,
  )
  writeFileSync(join(folder, 'kamailio.cfg'), configuration(folder, port, options))
  // -DD: stays in the foreground, children and all.
  const program = new Program('kamailio', 'kamailio', ['-DD', '-E', '-w', folder, '-f', join(folder, 'kamailio.cfg')])
  undo.add(() => program.stop('SIGTERM', 3000))
  await until('kamailio to listen', () => program.output.includes('listening'), {
    withinMs: 10_000,
    unless: () => (program.exit ? `it ended: ${program.tail()}` : undefined),
    instead: () => program.tail(),
  })
  return { address: `127.0.0.1:${port}`, tlsAddress: `127.0.0.1:${port + 1}` }
}

function configuration(
  folder: string,
  port: number,
  options: { box: string; transport: string; idleS?: number },
): string {
  const loaded = ['tm', 'sl', 'rr', 'pv', 'maxfwd', 'textops', 'siputils', 'path', 'xlog', 'tls', 'nathelper']
  return `#!KAMAILIO
debug=2
log_stderror=yes
children=1
tcp_children=2
enable_tls=yes
tcp_connection_lifetime=${options.idleS ?? 120}
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
listen=tls:127.0.0.1:${port + 1}
mpath="${modules}/"
${loaded.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("tls", "config", "${folder}/tls.cfg")
modparam("rr", "enable_double_rr", 1)
modparam("path", "use_received", 0)
event_route[core:worker-one-init] {
  xlog("L_NOTICE", "listening\\n");
}
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) {
      if ($ua =~ "Cordboard") { handle_ruri_alias(); } else { add_contact_alias(); }
      t_relay();
      exit;
    }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not here"); exit;
  }
  if ($ua =~ "Cordboard") {
    loose_route();
    record_route();
    handle_ruri_alias();
    t_relay();
    exit;
  }
  add_contact_alias();
  if (is_method("REGISTER")) { add_path(); }
  if (is_method("INVITE")) { record_route(); }
  $du = "sip:${options.box};transport=${options.transport}";
  t_relay();
}
`
}
