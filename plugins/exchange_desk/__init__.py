"""The exchange desk: pages in the Airflow UI that only look, never act. 对账台"""
