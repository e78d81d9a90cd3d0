"""What is still open under a key: messages it signed, and what its holder still owes. 密钥占用"""

from sqlalchemy.orm import aliased  # noqa: F401
