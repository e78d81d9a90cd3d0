"""Pages of ours in the Airflow UI. 界面插件"""
