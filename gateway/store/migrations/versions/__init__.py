"""One file a step; a step that has landed is never changed. 迁移步骤"""
