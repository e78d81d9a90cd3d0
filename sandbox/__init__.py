"""The counterparties of the gateway as strangers: own processes, own code. 沙箱（对接方挡板）."""
