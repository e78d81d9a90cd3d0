"""The command line, one file for each counterparty. 命令行."""
