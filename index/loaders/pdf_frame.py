"""Where text stands on a PDF page, and how the page is turned."""

from __future__ import annotations

from dataclasses import dataclass

from index.loaders.extract import Box


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text in one line. Its place is in points from the upper left corner of the page as it is read."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    is_bold: bool = False
    confidence: float | None = None

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def is_upright(self) -> bool:
        """Whether its characters stand one under the other."""
        return len(self.text) > 1 and self.bottom - self.top > 1.8 * self.size

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page is turned: `shown` as a viewer shows it and `written` as its text runs, in clockwise quarters.

    The page's own box is left, bottom, right, top in points, with the vertical axis upwards.
    """

    left: float
    bottom: float
    right: float
    top: float
    shown: int = 0
    written: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as its text is read."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.written % 2 else (width, height)

    def shows(self, piece: Piece) -> bool:
        """Whether a piece lies on the page; what is beside of it nobody sees."""
        width, height = self.size
        return 0 <= (piece.left + piece.right) / 2 <= width and 0 <= piece.middle <= height

    def place(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return left, top, right and bottom of a box as the text is read, from the upper left corner."""
        if self.written == 0:
            return left - self.left, self.top - top, right - self.left, self.top - bottom
        if self.written == 1:
            return bottom - self.bottom, left - self.left, top - self.bottom, right - self.left
        if self.written == 2:
            return self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
        return self.top - top, self.right - right, self.top - bottom, self.right - left

    def seen_from(self, other: Frame, box: Box) -> Box:
        """Return a box that was read in another frame of the same page as it lies in this one."""
        west, north, east, south = other.place_back(box)
        return self.place(west, north, east, south)

    def place_back(self, box: Box) -> Box:
        """Return left, bottom, right and top on the page's own axes of a box as the text is read."""
        left, top, right, bottom = box
        if self.written == 0:
            return self.left + left, self.top - bottom, self.left + right, self.top - top
        if self.written == 1:
            return self.left + top, self.bottom + left, self.left + bottom, self.bottom + right
        if self.written == 2:
            return self.right - right, self.bottom + top, self.right - left, self.bottom + bottom
        return self.right - bottom, self.top - right, self.right - top, self.top - left

    def share(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return a box of the page as it is read as shares of the page as it is shown, within 0 and 1."""
        width, height = self.size
        box = left / width, top / height, right / width, bottom / height
        for _ in range((self.shown - self.written) % 4):
            box = 1 - box[3], box[0], 1 - box[1], box[2]
        west, north, east, south = (round(min(1.0, max(0.0, side)), 4) for side in box)
        return west, north, east, south
