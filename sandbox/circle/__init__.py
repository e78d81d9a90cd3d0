"""The banks that take batches of the real day and answer them at once. 当日扣款."""
