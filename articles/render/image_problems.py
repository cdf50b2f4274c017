"""What can be wrong with the path of an image beside an article."""

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
    """No file has this name."""

    code = "image-missing"
    sentence = "There is no image {path} beside the article."
    mend = "Put the file there, or correct its name."


class ImageOutsideContentError(ImageError):
    """The path leads out of the content folder."""

    code = "image-outside"
    sentence = "The image {path} lies outside the content folder."
    mend = "Put the file beside the article and write its name only."


class ImageLinkLoopError(ImageError):
    """Symbolic links lead in a circle, or the path cannot be followed."""

    code = "image-loop"
    sentence = "The path of the image {path} cannot be followed; a symbolic link may lead in a circle."
    mend = "Put a real file in its place."
