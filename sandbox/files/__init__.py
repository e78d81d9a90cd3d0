"""The bank's files, written by the bank's own hand. 银行文件的生成."""

from sandbox.files.faults import EFFECTS, Fault, faults_of
from sandbox.files.names import result_name, statement_name
from sandbox.files.publication import Publication, companions, files_of, publication
from sandbox.files.rendering import render_result, render_statement

__all__ = [
    "EFFECTS",
    "Fault",
    "Publication",
    "companions",
    "faults_of",
    "files_of",
    "publication",
    "render_result",
    "render_statement",
    "result_name",
    "statement_name",
]
