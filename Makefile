# The verbs. `make` alone lists them; README.md says which two matter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo up down test lint types contracts unit shadow peers docs lock clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## 一晚对账：启动全部、对账、打印核对表、停止 · one bank night, start to stop
	@$(BIN)/python -m gateway.launcher demo

up: $(READY) ## 同 demo，但保持运行，可打开界面 · the same, and stay up
	@$(BIN)/python -m gateway.launcher up

down: $(READY) ## 停止遗留进程 · stop what a killed start left behind
	@$(BIN)/python -m gateway.launcher down

test: $(READY) lint types contracts unit ## 全部检查与测试 · every check and every test

lint: $(READY) ## 风格 · style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## 类型 · types
	@$(BIN)/mypy

contracts: $(READY) ## 谁可以引用谁 · who may import whom
	@$(BIN)/lint-imports

unit: $(READY) ## 测试 · tests
	@$(BIN)/gateway docs --check
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

shadow: $(READY) ## 更久的变异与模拟，每次换种子 · alter and simulate for longer, another seed each time
	@seed=$${GATEWAY_FUZZ_SEED:-$$(date +%s)}; echo "GATEWAY_FUZZ_SEED=$$seed"; \
	GATEWAY_DEMO_KILLS=all GATEWAY_FUZZ_SEED=$$seed GATEWAY_FUZZ_ROUNDS=$${GATEWAY_FUZZ_ROUNDS:-10} \
	GATEWAY_SIMULATION_FIRST=$$seed GATEWAY_SIMULATION_SEEDS=$${GATEWAY_SIMULATION_SEEDS:-2000} \
	GATEWAY_DEDUCTION_STEP=1 GATEWAY_DEDUCTION_SEEDS=$${GATEWAY_DEDUCTION_SEEDS:-50} \
	GATEWAY_SHADOW_SEED=$$seed GATEWAY_SHADOW_NIGHTS=$${GATEWAY_SHADOW_NIGHTS:-60} \
	GATEWAY_TWIN_DAYS=1000 GATEWAY_TWIN_LINES=60000 GATEWAY_BRUTE_DAYS=5000 \
	$(BIN)/pytest -n 2 --dist loadfile tests/fuzz tests/simulation tests/shadow_run tests/demo \
	  tests/connectors/bank/test_public_statements.py tests/connectors/bank/recon

peers: ## 安装测试用的第三方对照程序 · install the programs that tests check us against
	@.ci/peers

docs: $(READY) ## 从表生成文档 · write the generated pages
	@$(BIN)/gateway docs

lock: ## 重新锁定依赖版本 · pin the dependencies anew
	@$(PYTHON) -m venv var/lock && var/lock/bin/pip install -q uv
	@var/lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --upgrade --group build --group sandbox --group test \
	  pyproject.toml -o requirements.lock

clean: ## 删除环境与缓存（不动 var）· remove environment and caches, not var
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) gateway/launcher/preflight.py
	@echo "▸ 安装依赖（首次约一分钟）· installing dependencies, about a minute the first time …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@touch $@
