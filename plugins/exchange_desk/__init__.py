"""The exchange desk: pages in the Airflow UI; acts go through flows, by named people. 对账台"""
