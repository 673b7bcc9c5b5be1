// What the families of cellular modules do differently: how sound and calls are set up. Sources: SIMCom SIM7500/SIM7600
// AT command manual, Quectel EC2x AT and audio manuals, by way of the serial line hardware notes B1 to B5.

export interface ModuleFamily {
  readonly name: string
  /** Found in the answer to AT+CGMM. */
  readonly models: RegExp
  /** Given once the SIM is ready. What the module refuses of it, it does without. */
  readonly setUp: readonly string[]
  /** Sound of an active call to its own serial port, and off again: never while there is none. */
  readonly soundOn: string
  readonly soundOff: string
  /** The harshest way to start it anew; the milder AT+CFUN=1,1 is common to all. */
  readonly reset: string
  /** Firmware known to be unfit, and why. */
  readonly badFirmware?: { readonly says: RegExp; readonly why: string }
}

export const moduleFamilies: readonly ModuleFamily[] = [
  {
    name: 'SIM7600',
    models: /SIM(?:7[56]\d\d|82\d\d)|SIMCOM/i,
    setUp: ['AT+CVHU=0', 'AT+CLCC=1', 'AT+DDET=1', 'AT+CPCMFRM=0', 'AT+CECM=1'],
    soundOn: 'AT+CPCMREG=1',
    soundOff: 'AT+CPCMREG=0',
    reset: 'AT+CRESET',
    badFirmware: {
      says: /LE20B06SIM7600/,
      why: 'it does not take the sound that is sent (LilyGo-Modem-Series issue 542): LE20B05 does',
    },
  },
  {
    name: 'EC25',
    models: /^E[CG]2\d/i,
    // Its sound comes over the port that GPS would have.
    setUp: ['AT+CVHU=0', 'AT+QGPSCFG="outport","none"', 'AT^DSCI=1', 'AT+QTONEDET=1'],
    soundOn: 'AT+QPCMV=1,0',
    soundOff: 'AT+QPCMV=0',
    reset: 'AT+CFUN=1,1',
  },
]
