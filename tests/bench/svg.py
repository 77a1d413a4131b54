"""Charts as small SVG files, the same bytes for the same figures: lines over a numeric axis, and bars of groups."""

import html
import math

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 52, 40
COLOURS = ["#2563eb", "#d97706", "#059669", "#db2777", "#6b7280"]
STYLE = ("text{font:12px system-ui,sans-serif;fill:#374151}.title{font-weight:600;font-size:14px}.grid{stroke:#e5e7eb}"
         ".axis{stroke:#9ca3af}")


def short(value):
    """1234567 as 1.23M, 0.05 as 0.05."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def point(x, y):
    return f"{x:.1f},{y:.1f}"


class Scale:
    """Figures to pixels; ticks at round figures (powers of ten when logarithmic)."""

    def __init__(self, values, start, end, log=False, from_zero=True):
        self.start, self.end, self.log = start, end, log
        low, high = min(values), max(values)
        if log:
            self.low, self.high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high) + 1e-9)
            self.ticks = [10 ** n for n in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)]
            return
        low = 0 if from_zero else low
        step = self.step((high - low) or 1)
        self.low = math.floor(low / step) * step
        self.high = max(math.ceil(high / step) * step, self.low + step)
        self.ticks = [self.low + i * step for i in range(round((self.high - self.low) / step) + 1)]

    @staticmethod
    def step(span):
        rough = span / 5
        size = 10 ** math.floor(math.log10(rough))
        return next(size * n for n in (1, 2, 5, 10) if size * n >= rough)

    def at(self, value):
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        value = math.log10(max(value, self.low)) if self.log else value
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def frame(title, unit, names, y, inside):
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
             f'<style>{STYLE}</style><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
             f'<text class="title" x="8" y="18">{html.escape(title)}</text><text x="8" y="40">{html.escape(unit)}</text>']
    x = WIDTH - RIGHT
    for name, colour in reversed(list(zip(names, COLOURS))):
        x -= 7 * len(name) + 26
        parts.append(f'<rect x="{x}" y="31" width="10" height="10" fill="{colour}"/><text x="{x + 15}" y="40">{html.escape(name)}</text>')
    for tick in y.ticks:
        at = y.at(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
                     f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{short(tick)}</text>')
    return "\n".join([*parts, *inside, "</svg>"]) + "\n"


def lines(title, unit, x_unit, series, log=False, from_zero=True, marks=False):
    """series: {name: [(x, y), …]}"""
    x = Scale([at for points in series.values() for at, _ in points], LEFT, WIDTH - RIGHT, from_zero=from_zero)
    y = Scale([value for points in series.values() for _, value in points], HEIGHT - BOTTOM, TOP, log)
    inside = [f'<text x="{x.at(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{short(tick)}</text>' for tick in x.ticks]
    inside.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{html.escape(x_unit)}</text>')
    for points, colour in zip(series.values(), COLOURS):
        path = " ".join(point(x.at(at), y.at(value)) for at, value in points)
        inside.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.8" points="{path}"/>')
        if marks:
            inside += [f'<circle cx="{x.at(at):.1f}" cy="{y.at(value):.1f}" r="3" fill="{colour}"/>' for at, value in points]
    return frame(title, unit, list(series), y, inside)


def bars(title, unit, groups, names, log=False):
    """groups: {label: [a value for each name, or None]}; each bar carries its figure."""
    values = [value for row in groups.values() for value in row if value]
    y = Scale(values, HEIGHT - BOTTOM, TOP, log)
    room = (WIDTH - RIGHT - LEFT) / len(groups)
    width = 0.8 * room / len(names)
    inside = [f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM}"/>']
    for index, (label, row) in enumerate(groups.items()):
        left = LEFT + index * room + 0.1 * room
        inside.append(f'<text x="{left + 0.4 * room:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{html.escape(label)}</text>')
        for number, (value, colour) in enumerate(zip(row, COLOURS)):
            if not value:
                continue
            top, at = y.at(value), left + number * width
            inside.append(f'<rect x="{at:.1f}" y="{top:.1f}" width="{width - 2:.1f}" height="{HEIGHT - BOTTOM - top:.1f}" fill="{colour}"/>'
                          f'<text x="{at + width / 2 - 1:.1f}" y="{top - 4:.1f}" text-anchor="middle">{short(value)}</text>')
    return frame(title, unit, names, y, inside)
