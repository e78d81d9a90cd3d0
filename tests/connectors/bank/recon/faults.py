"""The whole fault catalogue by name: what can be wrong and still reach the engine. 差错目录"""

from tests.connectors.bank.recon.faults_of_batches import FAULTS_OF_BATCHES
from tests.connectors.bank.recon.faults_of_reversals import FAULTS_OF_REVERSALS
from tests.connectors.bank.recon.faults_of_statements import FAULTS_OF_STATEMENTS
from tests.connectors.bank.recon.plots import Telling

FAULTS: dict[str, Telling] = {
    **{f"batch: {name}": telling for name, telling in FAULTS_OF_BATCHES.items()},
    **{
        f"statement: {name}": telling
        for name, telling in (FAULTS_OF_REVERSALS | FAULTS_OF_STATEMENTS).items()
    },
}
