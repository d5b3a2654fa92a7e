/** What to call this phone among somebody's devices: its kind, as the browser tells it. */
export function deviceName(): string {
  const platform = (navigator as { userAgentData?: { platform?: string } }).userAgentData?.platform;
  const known = /iPhone|iPad|Android|Windows|Mac|Linux/.exec(navigator.userAgent)?.[0];
  const browser = /Firefox|EdgA?|SamsungBrowser|OPR|CriOS|Chrome|Safari/.exec(navigator.userAgent)?.[0];
  return [platform || known || "Web", browser].filter(Boolean).join(" · ");
}
