"""The only code that renders documents: PDF by typst, fonts. 文书"""
