"""Errors about the path of an image."""

from carrel.images.problems import BrokenImageError, ImageError, UnknownImageTypeError

__all__ = [
    "BrokenImageError",
    "ImageError",
    "ImageLinkLoopError",
    "ImageOutsideContentError",
    "MissingImageError",
    "UnknownImageTypeError",
]


class MissingImageError(ImageError):
    """There is no such file."""

    code = "image-missing"
    sentence = "There is no image {path} beside the article."
    hint = "Put the file there, or correct its name."


class ImageOutsideContentError(ImageError):
    """The path leads out of the content folder."""

    code = "image-outside"
    sentence = "The image {path} is outside the content folder."
    hint = "Put the file beside the article and write its name only."


class ImageLinkLoopError(ImageError):
    """The path cannot be resolved, for example because of a symlink loop."""

    code = "image-loop"
    sentence = "The path of the image {path} cannot be followed; symbolic links may form a loop."
    hint = "Put a real file in its place."
