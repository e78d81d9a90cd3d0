"""Each fault ends as what it is, alone and in any company. 差错目录"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bank.rules.recon.deciding import decide
from tests.connectors.bank.recon.faults import FAULTS
from tests.connectors.bank.recon.making import unequal
from tests.connectors.bank.recon.plots import ended, night, told

companies = st.lists(st.sampled_from(sorted(FAULTS)), min_size=2, max_size=25)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_alone_ends_as_what_it_is(fault):
    plot = FAULTS[fault](7)
    books = night([plot])
    made = decide(books)
    assert ended(made) == told([plot])
    assert unequal(books, made) == []


@settings(max_examples=60, deadline=None)
@given(names=companies)
def test_faults_in_company_end_each_as_if_it_were_alone(names):
    """Locality over the whole catalogue, and no match the truth does not know."""
    plots = [FAULTS[name](n) for n, name in enumerate(names, 1)]
    books = night(plots)
    made = decide(books)
    assert ended(made) == told(plots)
    assert unequal(books, made) == []
