"""The exchange desk: pages in the Airflow UI that look; two people decide on one. 对账台"""
