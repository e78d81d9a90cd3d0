"""Starting everything, step by step, and stopping what was started. 启动与停止"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from gateway.clock import SystemClock
from gateway.launcher import airflow, counterparties, processes, sandbox_site
from gateway.launcher.airflow_api import AirflowApi
from gateway.launcher.alone import alone
from gateway.launcher.databases import Access, provide
from gateway.launcher.options import Options
from gateway.launcher.ports import LOOPBACK, require_free
from gateway.launcher.progress import Progress
from gateway.launcher.secret_files import provide_secrets, ui_users
from gateway.launcher.server import Server, open_server
from gateway.launcher.signals import undisturbed
from gateway.launcher.watch import Watch
from gateway.store.database import meaning


@dataclass(frozen=True, slots=True)
class Running:
    """What runs after a start."""

    access: Access
    watch: Watch
    api: AirflowApi
    since: datetime


def stop_leftovers(options: Options, progress: Progress) -> None:
    """Stop exactly what a killed predecessor left behind."""
    stopped = processes.stop(options.run, processes.recorded(options.run))
    if stopped:
        progress.say(f"  已停止上次遗留的进程：{'、'.join(stopped)}")


@contextmanager
def running_database(options: Options, progress: Progress) -> Iterator[Access]:
    """Secrets, server, databases and schema; the server is stopped at the end if it is ours."""
    sandbox_site.require_sandbox(options.secrets)
    with progress.step("生成密钥与口令（var/secrets，仅本机可读）"):
        provide_secrets(options.secrets)
    with progress.step("启动 PostgreSQL"):
        server = open_server(options.var, options.database_url)
    try:
        with progress.step("建立数据库、角色与表结构"):
            access = _provided(server, options)
        yield access
    finally:
        with undisturbed():
            server.stop()


def _provided(server: Server, options: Options) -> Access:
    try:
        return provide(server, options.secrets)
    except DBAPIError as failed:
        raise meaning(failed) from None


def prepare_sandbox(options: Options, access: Access, progress: Progress) -> None:
    """The banks and the core system, ready for the nights of the sandbox's calendar."""
    with progress.step("准备沙箱银行与核心系统"):
        counterparties.prepare_banks(options)
        counterparties.prepare_time_authority(options)
        counterparties.prepare_platform(options)
        sandbox_site.write_site(options, access, SystemClock().now())
        counterparties.publish_nights(options)
        counterparties.fill_core_system(options, access)
        if options.circle:
            counterparties.fill_circle(options, access)


@contextmanager
def running(options: Options, progress: Progress) -> Iterator[Running]:
    """Everything up: database, sandbox, Airflow. Whatever happens, all of it is stopped again."""
    with alone(options.run):
        with progress.step("检查遗留进程与端口"):
            stop_leftovers(options, progress)
            require_free(options.ui_port, "GATEWAY_UI_PORT")
            require_free(options.sftp_port, "GATEWAY_SFTP_PORT")
            require_free(options.tsa_port, "GATEWAY_TSA_PORT")
            if options.circle:
                require_free(options.platform_port, "GATEWAY_PLATFORM_PORT")
                require_free(options.listen_port, "GATEWAY_LISTEN_PORT")
        with _everything(options, progress) as up:
            yield up


@contextmanager
def _everything(options: Options, progress: Progress) -> Iterator[Running]:
    with running_database(options, progress) as access:
        prepare_sandbox(options, access, progress)
        try:
            yield _start(options, access, progress)
        finally:
            with undisturbed(), progress.step("停止全部进程，请稍候"):
                processes.stop(options.run, processes.recorded(options.run))


def _start(options: Options, access: Access, progress: Progress) -> Running:
    since = SystemClock().now()
    with progress.step("启动沙箱银行（SFTP）与时间戳服务"):
        strangers = [
            counterparties.start_banks(options),
            counterparties.start_time_authority(options),
        ]
    if options.circle:
        with progress.step("启动沙箱结算平台与推送监听"):
            strangers += [
                counterparties.start_platform(options),
                counterparties.start_listener(options),
            ]
    with progress.step("准备 Airflow 元数据、角色与用户"):
        airflow.make_metadata_ready(options, access)
    with progress.step("启动 Airflow（api server、scheduler、dag processor、triggerer）"):
        components = airflow.start(options, access)
        base = f"http://{LOOPBACK}:{options.ui_port}"
        api = AirflowApi(base, "admin", ui_users(options.secrets)["admin"])
        airflow.wait_until_healthy(options, components, api)
    return Running(access, Watch(options, (*strangers, *components), progress), api, since)
