"""Airflow's classes of ours, a few lines each over a flow. Airflow 扩展"""
