"""What can be wrong with an image: each with a code, a sentence and a hint how to fix it."""

from typing import ClassVar


class ImageError(Exception):
    """An image that cannot be used; `path` is its name as its author knows it."""

    code: ClassVar[str]
    sentence: ClassVar[str]
    hint: ClassVar[str]

    def __init__(self, path: str) -> None:
        super().__init__(self.sentence.format(path=path))
        self.path = path

    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
        return str(self)


class ImageTooLargeError(ImageError):
    """The file is larger than 10 MB."""

    code = "image-too-big"
    sentence = "The image {path} is larger than 10 MB."
    hint = "Save a smaller version; 1,440 pixels wide is enough."


class TooManyPixelsError(ImageError):
    """The picture has more than 25 megapixels."""

    code = "image-too-many-pixels"
    sentence = "The image {path} has more than 25 million pixels."
    hint = "Save a smaller version; 1,440 pixels wide is enough."


class ImageShapeError(ImageError):
    """One side is too long, or far too long for the other."""

    code = "image-shape"
    sentence = "The image {path} is more than 16,000 pixels on one side, or more than 20 times as long as it is wide."
    hint = "Split it into several images."


class SvgRefusedError(ImageError):
    """An SVG can carry scripts."""

    code = "image-svg"
    sentence = "The image {path} is an SVG, which can carry scripts."
    hint = "Export it as PNG, about 1,440 pixels across."


class UnknownImageTypeError(ImageError):
    """The first bytes belong to no format we read."""

    code = "image-unknown"
    sentence = "The file {path} is not a PNG, JPEG, WebP or GIF image."
    hint = "Save it as one of these."


class AnimatedImageError(ImageError):
    """Some readers cannot read beside motion that they cannot stop (WCAG 2.2.2)."""

    code = "image-moves"
    sentence = "The image {path} is animated, and readers could not stop it."
    hint = "Save one frame as a still image."


class BrokenImageError(ImageError):
    """The file cannot be read to its end."""

    code = "image-broken"
    sentence = "The image {path} is damaged or unreadable."
    hint = "Export it again from the original."
