-- Pass 6: money that names its loan, against the dues that are open; what is left for others.

create temp table receipt on commit drop as
select * from loose
where fen > 0 and not reversal
  and not exists (select from link where automatic and side = 'statement' and link.id = loose.id);

-- The numbers that exist, and the numbers a payer wrote: runs of letters and digits.
create temp table reference on commit drop as
select number, array_agg(distinct loan_no) as loans
from (select loan_no as number, loan_no from due
      union select contract_no, loan_no from due
      union select loan_no, loan_no from registered) known
where char_length(number) >= 6 group by number;

-- The first field with a number that exists decides; in it the longest of overlapping numbers.
create temp table naming on commit drop as
with written as (
    select distinct r.id, f.field, token[1] as number
    from receipt r
    cross join lateral (values (1, remark), (2, summary), (3, other_name)) f (field, said)
    cross join unnest(array['[0-9A-Za-z][0-9A-Za-z_/-]*', '[0-9A-Za-z]+', '[0-9]+']) pattern
    cross join lateral regexp_matches(normalize(f.said, NFKC), pattern, 'g') token
    where f.said <> ''
), valid as (
    select written.*, loans, min(field) over (partition by id) as first_field
    from written join reference using (number)
), longest as (
    select * from valid v where field = first_field and not exists (
        select from valid w where w.id = v.id and w.field = v.field
        and w.number <> v.number and position(v.number in w.number) > 0)
)
select distinct id, loan_no, count from (
    select id, unnest(loans) as loan_no, count
    from longest join (select id, count(distinct loans) from longest group by id) n using (id)
) named;

-- A due that a deduction took is gone; one it may have taken is a rival that nobody is given.
create temp table payable on commit drop as
select d.*, not exists (select from asked a where a.outcome <> 'FAILED' and a.loan_no = d.loan_no
                        and (d.kind = 'payoff' or a.instalment_no = d.instalment_no)) as free
from due d
where fen > 0 and not exists (
    select from asked a where a.outcome in ('EXACT', 'PARTIAL') and a.loan_no = d.loan_no
    and (d.kind = 'payoff' or a.instalment_no = d.instalment_no));

-- Pass 6: the line names one loan and brings exactly one due of it.
insert into link
with edge as (
    select r.id, p.id as due, p.loan_no, p.kind, p.free,
           count(*) over (partition by r.id) as dues, count(*) over (partition by p.id) as lines,
           bool_or(kind = 'payoff') over (partition by p.loan_no)
           and min(p.id) over (partition by p.loan_no) < max(p.id) over (partition by p.loan_no)
           as both_ways
    from receipt r join naming n on n.id = r.id and n.count = 1
    join payable p on p.loan_no = n.loan_no and p.fen = r.fen
)
select 'LOAN_AND_DUE', true, id, side, member
from edge cross join lateral (values ('statement', id), ('due', due)) m (side, member)
where dues = 1 and lines = 1 and free and not both_ways;

-- Dues still open: not paid; paying off closes the loan, paying on closes the payoff. What lines
-- name in vain closes the same dues to lines that name nothing.
create temp view paid as
select due.* from due join link on link.id = due.id and link.side = 'due' and automatic;

create temp view unpaid_due as
select * from payable p
where p.id not in (select id from paid)
  and p.loan_no not in (select loan_no from paid where kind = 'payoff')
  and (p.kind <> 'payoff' or p.loan_no not in (select loan_no from paid));

create temp view unpaid as
with named as (
    select u.id, u.loan_no, u.kind from unpaid_due u
    where (u.loan_no, u.fen) in (select loan_no, fen from naming join receipt using (id))
)
select u.*, free and id not in (select id from named)
            and loan_no not in (select loan_no from named where kind = 'payoff')
            and (kind <> 'payoff' or loan_no not in (select loan_no from named)) as loose
from unpaid_due u;

-- The lines that name nothing.
create temp view weak as
select r.* from receipt r
where other_account <> '' and id not in (select id from naming)
  and summary not in (select summary from fee)
  and not exists (select from link where automatic and side = 'statement' and link.id = r.id);
