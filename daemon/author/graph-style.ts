// Colours, fonts and arrow heads of the picture of a flow.

const marker = (id: string, colour: string) =>
  `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8 7.4 4 0 7.2z" fill="${colour}"/></marker>`

export const graphStyle = `<defs>${marker('arrow', '#47566b')}${marker('arrow-error', '#c2410c')}${marker('arrow-lost', '#b6bdc8')}</defs>
<style>
text { font-family: "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; fill: #1d2733; }
.paper { fill: #f7f8fa; }
.title { font-size: 20px; font-weight: 600; }
.note { font-size: 12.5px; fill: #66717f; }
.box { fill: #fff; stroke: #b9c3d0; }
.header { fill: #e4edf8; }
.start .header { fill: #cdebd3; }
.start .box { stroke: #57a76a; stroke-width: 2; }
.terminal .header { fill: #ecebe6; }
.name { font-size: 13px; font-weight: 600; }
.type { font-size: 11px; fill: #55657a; }
.detail { font-size: 11.5px; fill: #333f4d; }
.exit { font-size: 11px; fill: #33506f; }
.exit.error, .exit.unconnected { fill: #c2410c; }
.port { fill: #47566b; }
.port.error { fill: #c2410c; }
.port.unconnected { fill: #fff; stroke: #c2410c; stroke-width: 1.5; }
.link { fill: none; stroke: #47566b; stroke-width: 1.4; }
.link.error { stroke: #c2410c; stroke-dasharray: 5 4; stroke-width: 1.1; }
.link.back { stroke: #6b54b5; }
.link.back.error { stroke: #c2410c; }
.link.lost { stroke: #c3c9d2; }
.lost text { fill: #98a1ad; }
.lost .box { stroke: #d5dae1; fill: #fbfbfc; }
.lost .header { fill: #eef0f3; }
.lost .port { fill: #c3c9d2; }
</style>`
