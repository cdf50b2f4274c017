"""Images that somebody hands in: checked, made anew, served under the hash of their content."""

from website.images.making import BYTES, PIXELS, Picture, inspect, publish
from website.images.problems import ImageProblem

__all__ = ["BYTES", "PIXELS", "ImageProblem", "Picture", "inspect", "publish"]
