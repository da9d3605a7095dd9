// One sheet, adopted: it needs no leave from the host page's Content-Security-Policy. Sizes in px, because rem is the host's.

export const CSS = `
:host{all:initial;--a:var(--recado-color,#0f6b5c);--at:var(--recado-text-on-color,#fff);
--bg:var(--recado-background,#fff);--fg:var(--recado-text,#1c2326);--soft:var(--recado-soft,#eef2f2);--dim:var(--recado-dim,#596468);
--line:var(--recado-line,#d5dcdd);--bad:#b3261e;
font:15px/1.45 var(--recado-font,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif);color-scheme:light}
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])){--bg:var(--recado-background,#171c1e);--fg:var(--recado-text,#e8edee);
--soft:var(--recado-soft,#273033);--dim:var(--recado-dim,#a3afb3);--line:var(--recado-line,#3a4548);--bad:#ffb4ab;color-scheme:dark}}
:host([data-theme=dark]){--bg:var(--recado-background,#171c1e);--fg:var(--recado-text,#e8edee);
--soft:var(--recado-soft,#273033);--dim:var(--recado-dim,#a3afb3);--line:var(--recado-line,#3a4548);--bad:#ffb4ab;color-scheme:dark}
*{box-sizing:border-box}
[hidden]{display:none!important}
button,input,textarea{font:inherit;color:inherit;margin:0}
button{background:none;border:0;padding:0;cursor:pointer}
svg{fill:currentColor;display:block}
:focus-visible{outline:2px solid var(--fg);outline-offset:2px;box-shadow:0 0 0 2px var(--bg)}
.launcher{position:fixed;bottom:calc(20px + env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;background:var(--a);color:var(--at);
display:grid;place-items:center;box-shadow:0 4px 16px rgb(0 0 0/.25);z-index:var(--recado-z-index,2147483000)}
.right{right:calc(20px + env(safe-area-inset-right))}.left{left:calc(20px + env(safe-area-inset-left))}
.badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;
font-size:12px;font-weight:600;line-height:22px;text-align:center}
.panel{position:fixed;bottom:calc(88px + env(safe-area-inset-bottom));width:380px;height:min(600px,calc(100vh - 108px));display:flex;flex-direction:column;
background:var(--bg);color:var(--fg);border:1px solid var(--line);border-radius:16px;overflow:hidden;box-shadow:0 12px 40px rgb(0 0 0/.25);
z-index:var(--recado-z-index,2147483000);animation:rise .16s ease-out}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
header{background:var(--a);color:var(--at);padding:14px 10px 14px 18px;display:flex;align-items:center;gap:8px}
header div{flex:1;min-width:0}
h2{font-size:17px;line-height:1.3;font-weight:600;margin:0;overflow-wrap:anywhere}
header p{margin:2px 0 0;font-size:13px}
header :focus-visible{outline-color:var(--at);box-shadow:none}
.icon{width:44px;height:44px;display:grid;place-items:center;border-radius:10px;flex:none}
.icon:disabled{opacity:.4;cursor:default}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:16px;display:flex;flex-direction:column;gap:4px}
.log:focus-visible{outline-offset:-3px}
.log>:first-child{margin-top:auto}
.day{align-self:center;font-size:12px;color:var(--dim);margin:10px 0 6px}
.older{align-self:center;color:var(--fg);text-decoration:underline;padding:6px 10px;font-size:13px}
.m{max-width:85%;display:flex;flex-direction:column;align-self:flex-start;margin-top:6px}
.m.visitor{align-self:flex-end;align-items:flex-end}
.b{padding:9px 13px;border-radius:14px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;border-bottom-left-radius:4px}
.visitor .b{background:var(--a);color:var(--at);border-radius:14px;border-bottom-right-radius:4px}
.b a{color:inherit}
.b i{opacity:.85}
.choices{display:flex;flex-direction:column;gap:6px;margin-top:6px}
.choices button{border:1px solid var(--dim);border-radius:12px;min-height:44px;padding:8px 14px;text-align:left;overflow-wrap:anywhere}
.choices small{display:block;font-size:13px;color:var(--dim)}
.choices button:disabled{cursor:default;color:var(--dim)}
.choices .chosen:disabled{border-color:var(--fg);color:var(--fg);font-weight:600}
.meta{font-size:12px;color:var(--dim);padding:2px 4px;display:flex;gap:6px;align-items:center;flex-wrap:wrap}
.meta button{text-decoration:underline;color:var(--fg);min-height:24px}
.failed .meta>span{color:var(--bad)}
.picture{display:block;max-width:100%;max-height:240px;border-radius:8px;margin-bottom:2px}
.file{display:flex;gap:8px;align-items:center;text-align:left;text-decoration:underline}
progress{width:100%;min-width:140px;height:6px;accent-color:currentColor;display:block;margin-top:6px}
.typing{min-height:22px;padding:0 18px 4px;font-size:13px;color:var(--dim)}
.notice{padding:8px 16px;font-size:13px;background:var(--soft);color:var(--fg);border-top:1px solid var(--line)}
.composer{display:flex;align-items:flex-end;gap:2px;padding:8px;border-top:1px solid var(--line)}
.composer textarea{flex:1;resize:none;border:1px solid var(--dim);border-radius:12px;background:var(--bg);padding:10px 12px;min-height:44px;max-height:140px}
::placeholder{color:var(--dim);opacity:1}
.send{color:var(--a)}
@media (prefers-color-scheme:dark){:host(:not([data-theme=light])) .send{color:var(--fg)}}
:host([data-theme=dark]) .send{color:var(--fg)}
.send:disabled{color:var(--dim)}
.form{padding:14px 18px 18px;border-top:1px solid var(--line);display:flex;flex-direction:column;gap:10px;overflow-y:auto;flex:none;max-height:75%}
.form label{display:flex;flex-direction:column;gap:3px;font-size:13px}
.form input{border:1px solid var(--dim);border-radius:10px;background:var(--bg);padding:9px 11px;min-height:44px;font-size:15px}
.form input[aria-invalid=true]{border-color:var(--bad)}
.wrong{color:var(--bad);font-size:13px}
.go{background:var(--a);color:var(--at);border-radius:10px;min-height:44px;font-weight:600}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:480px){.panel{inset:0;width:auto;height:auto;border:0;border-radius:0}.panel:not([hidden])~.launcher{display:none}
header{padding-top:calc(14px + env(safe-area-inset-top))}.composer,.form{padding-bottom:calc(8px + env(safe-area-inset-bottom))}
.composer textarea,.form input{font-size:16px}}
@media (prefers-reduced-motion:reduce){.panel{animation:none}}
@media (forced-colors:active){.b,.launcher,.go{border:1px solid}}
@media print{:host{display:none}}
`;

export function adopt(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
}
