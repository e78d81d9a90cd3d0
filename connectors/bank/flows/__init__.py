"""The bank's verbs, one short function per step that a DAG task calls. 银行流程"""
