// Numbers and times for people.

const UNITS = ["B", "KB", "MB", "GB", "TB"];

export function bytes(count: number): string {
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit]}`;
}

// The reverse of what the server writes: "4GB", "512MiB".
export function parseBytes(text: string): number {
  const match = /^([\d.]+)\s*(?:([KMGT])(i?))?B?$/i.exec(text.trim());
  if (!match) return 0;
  const power = match[2] ? " KMGT".indexOf(match[2].toUpperCase()) : 0;
  return Number(match[1]) * (match[3] ? 1024 : 1000) ** power;
}

export function count(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

export function rate(value: number): string {
  if (value === 0) return "0";
  return value >= 100 ? count(value) : value.toLocaleString("en-US", { maximumSignificantDigits: 2 });
}

export function duration(milliseconds: number): string {
  if (milliseconds === 0) return "0 ms";
  if (milliseconds < 0.01) return "< 0.01 ms";
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  return span(milliseconds / 1000);
}

export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

export function ago(iso: string): string {
  return `${span((Date.now() - Date.parse(iso)) / 1000)} ago`;
}

export function clock(iso: string): string {
  return new Date(iso).toLocaleString("en-GB", { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}
