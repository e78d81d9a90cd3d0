"""Benchmarks: figures as ratios within one run, on one core; never in timed tests. 性能对照"""
