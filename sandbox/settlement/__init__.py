"""The settlement platform: sign-in, batches, queries, pushes, over its own frames. 结算平台方."""
