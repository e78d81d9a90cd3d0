"""What lies on the clerk's table, as reports: a night's sheet, a month's statement. 打印件"""
