"""The keys of the counterparties: made, kept, published, used. 对接方密钥."""
