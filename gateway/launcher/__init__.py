"""Starts and stops database, sandbox and Airflow, as processes. 启停"""
