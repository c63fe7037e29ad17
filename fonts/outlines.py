"""Outlines of fewer points: contours of lines and cubics -> TrueType quadratics that stay within a tolerance.

Takes what a glyph draws, gives a `glyf` glyph. Fandol's outlines have some 250 points a glyph, twice as many as other faces of
their kind; every document carries them. Corners stay where they are; a smooth run between two corners is drawn anew with
the fewest lines and quadratics of which no sample of the old outline is further away than TOLERANCE. Points left out by
IMPLIED and pieces that nothing fits add to that: 2.4 units at most in 250 glyphs of either face, measured both ways."""
import math
from fontTools.pens.basePen import BasePen
from fontTools.pens.ttGlyphPen import TTGlyphPen

TOLERANCE = 1.5                               # of 1000 units an em: 0.024 pt at the size of body text
STRAIGHT = 0.9                                # a line may be off by this: a slack arc must not become a kink
CORNER = math.cos(math.radians(12))           # a sharper turn is a corner
IMPLIED = 0.75                                # a point so close to the middle of its neighbours is left out, as TrueType allows
MISSES = 3                                    # a span that does not fit may be part of a longer one that does

def middle(a, b): return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
def whole(p): return (math.floor(p[0] + 0.5), math.floor(p[1] + 0.5))
def minus(a, b): return (a[0] - b[0], a[1] - b[1])
def dot(a, b): return a[0] * b[0] + a[1] * b[1]
def cross(a, b): return a[0] * b[1] - a[1] * b[0]

def direction(*points):
    """From the first of the points to the next that is another one."""
    for p in points[1:]:
        x, y = minus(p, points[0]); length = math.hypot(x, y)
        if length > 1e-9: return (x / length, y / length)

class Segments(BasePen):
    """The contours of a glyph, each a list of segments: two points a line, four a cubic."""
    def __init__(self, glyphs): super().__init__(glyphs); self.contours = []
    def _moveTo(self, p): self.segments, self.start, self.at = [], p, p
    def _lineTo(self, p):
        if p != self.at: self.segments.append((self.at, p))
        self.at = p
    def _curveToOne(self, a, b, c): self.segments.append((self.at, a, b, c)); self.at = c
    def _closePath(self): self._lineTo(self.start); self.contours.append(self.segments)

class Piece:
    """A line or half a cubic, with its directions at both ends and samples of its inside."""
    def __init__(self, points):
        self.first, self.last = points[0], points[-1]
        self.out, self.into = direction(*points), direction(*points[::-1])
        if self.out: self.into = (-self.into[0], -self.into[1])
        self.samples = [at(points, k / 4) for k in (1, 2, 3)]

def at(points, t):
    while len(points) > 1: points = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in zip(points, points[1:])]
    return points[0]

def pieces(segments):
    for s in segments:
        if len(s) == 2: yield Piece(s); continue
        a, b, c, d = s; ab, bc, cd = middle(a, b), middle(b, c), middle(c, d); abc, bcd = middle(ab, bc), middle(bc, cd)
        yield Piece((a, ab, abc, middle(abc, bcd))); yield Piece((middle(abc, bcd), bcd, cd, d))

def fit(run):
    """One line (an empty tuple) or one quadratic (its control point) for these pieces; None where neither stays close."""
    first, last = whole(run[0].first), whole(run[-1].last)
    along = direction(first, last)
    if along is None: return None
    across, length = (-along[1], along[0]), math.dist(first, last)
    place = lambda p: (dot(minus(p, first), along), dot(minus(p, first), across))
    samples = [place(p) for piece in run for p in (*piece.samples, piece.last)]
    if any(not -TOLERANCE <= x <= length + TOLERANCE for x, _ in samples): return None
    if all(abs(y) <= STRAIGHT for _, y in samples): return ()
    turn = cross(run[0].out, run[-1].into)
    if abs(turn) < 1e-6: return None
    ahead = cross(minus(last, first), run[-1].into) / turn
    if ahead <= 0: return None
    control = whole((first[0] + ahead * run[0].out[0], first[1] + ahead * run[0].out[1]))
    x, y = place(control)
    # Beyond the chord's ends the quadratic would turn back, and its height over the chord would not be one number.
    if not 0 <= x <= length: return None
    a, b = length - 2 * x, 2 * x
    for sx, sy in samples:
        sx = min(max(sx, 0.0), length)
        t = (math.sqrt(max(0.0, b * b + 4 * a * sx)) - b) / (2 * a) if abs(a) > 1e-9 else sx / length
        if abs(2 * t * (1 - t) * y - sy) > TOLERANCE: return None
    return control

def redrawn(run):
    """The fewest points for a run: [(control or (), end)]."""
    best = [(0.0, 0, ())] + [(math.inf, 0, ())] * len(run)
    for i in range(len(run)):
        misses = 0
        for j in range(i, len(run)):
            control = fit(run[i:j + 1])
            if control is None and j == i:
                # An inflection inside the piece: through its middle.
                p = run[i]; chord = middle(p.first, p.last)
                control = whole((2 * p.samples[1][0] - chord[0], 2 * p.samples[1][1] - chord[1]))
            elif control is None:
                misses += 1
                if misses > MISSES: break
                continue
            cost = best[i][0] + (1.9 if control else 1.0)
            if cost < best[j + 1][0]: best[j + 1] = (cost, i, control)
    drawn, j = [], len(run)
    while j: drawn.append((best[j][2], whole(run[j - 1].last))); j = best[j][1]
    return drawn[::-1]

def contour(segments):
    """A closed contour: its start and [(control or (), end)]."""
    all = [p for p in pieces(segments) if p.out]
    corners = [k for k in range(len(all)) if dot(all[k - 1].into, all[k].out) < CORNER] or [0]
    all = all[corners[0]:] + all[:corners[0]]
    ends = [k - corners[0] for k in corners[1:]] + [len(all)]
    drawn, begin = [], 0
    for end in ends: drawn += redrawn(all[begin:end]); begin = end
    return drawn[-1][1] if drawn else None, drawn

def glyph(glyphs, name):
    """The glyph of that name, with the direction of TrueType's contours."""
    segments, pen = Segments(glyphs), TTGlyphPen(None)
    glyphs[name].draw(segments)
    for start, drawn in map(contour, segments.contours):
        if sum(2 if control else 1 for control, _ in drawn) < 3: continue
        points = [start] + [end for _, end in drawn]; points.reverse()
        controls = [control for control, _ in drawn][::-1]
        pen.moveTo(points[0]); k = 0
        while k < len(controls):
            if not controls[k]:
                if k + 1 < len(controls): pen.lineTo(points[k + 1])
            else:
                off = [controls[k]]
                while k + 1 < len(controls) and controls[k + 1] and math.dist(middle(controls[k], controls[k + 1]), points[k + 1]) <= IMPLIED:
                    k += 1; off.append(controls[k])
                pen.qCurveTo(*off, points[k + 1])
            k += 1
        pen.closePath()
    return pen.glyph()
