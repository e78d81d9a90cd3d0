"""A time-stamping authority (RFC 3161) as a stranger. 时间戳服务."""
