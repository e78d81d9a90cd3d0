"""The least that any way must do: read, digest, decode, one durable COPY of typed lines. 下限"""

import hashlib
from time import perf_counter

import polars as pl
import psycopg

from gateway.bench.recon.site import KEY
from gateway.bench.recon.world import World
from gateway.store.copying import copy_frame
from gateway.store.unit_of_work import UnitOfWork
