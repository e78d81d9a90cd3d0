"""Large files of lines → frames, a block at a time, or "not plain"; pure. 批量解码

Only what is well-formed through and through is read here, and to the same values as by the reader
that reads line by line; whatever is not is left to that reader, which names line and column.
"""
