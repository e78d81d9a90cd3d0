"""The command `gateway`; it imports no Airflow. 命令行"""
