"""The one family of errors a user may meet: each is one line and names the remedy."""


class MotekitError(Exception):
    """Base of every error that motekit reports to a user, printed as `motekit: <text>`."""


class ConfigError(MotekitError):
    """An app.toml, a block's parameter or a command-line value is wrong."""


class DataError(MotekitError):
    """A recording or a data set cannot be used as it is."""


class ModelError(MotekitError):
    """A model file is malformed, or uses something the compiler does not support."""


class ToolError(MotekitError):
    """A compiler, an emulator or another program is missing or failed."""


class MissingToolError(ToolError):
    """A compiler, an emulator or another program is not installed; the line names the package."""


class LinkError(MotekitError):
    """The firmware on the other end of the link is silent, or speaks another protocol version."""
