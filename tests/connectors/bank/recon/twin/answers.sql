-- Passes 1, 2, 3 and 5: what the bank said of each instruction, and what the ledger has of it.

create temp table link (evidence text, automatic boolean, anchor bigint, side text, id bigint)
on commit drop;

-- Pass 1: lines that are equal in everything are one line.
create temp table said on commit drop as
select min(id) as id, array_agg(id) as ids, batch_no, serial, loan_no, instalment_no, payer_account,
       payer_name, asked_fen, taken_fen, full_flag, code, host_date, host_serial,
       count(*) over (partition by batch_no, serial) as lines_here
from result
group by batch_no, serial, loan_no, instalment_no, payer_account, payer_name, asked_fen, taken_fen,
         full_flag, code, host_date, host_serial;

insert into link
select 'SAID_TWICE', true, id, 'result', unnest(ids) from said where cardinality(ids) > 1;

-- Pass 2: a taking and its exact opposite are all that was said of a place.
create temp table place on commit drop as
select batch_no, serial, count(*) as lines, sum(taken_fen)::bigint as taken_fen,
       count(*) = 2 and sum(taken_fen) = 0 and max(taken_fen) > 0 as reversed, min(id) as id
from said group by batch_no, serial;

insert into link
select 'RESULT_REVERSED', true, place.id, 'result', said.id
from place join said using (batch_no, serial) where place.reversed;

-- Pass 3: the answer to each place, judged from top to bottom.
create temp table judged on commit drop as
with instruction as (
    select *, count(*) over (partition by batch_no, serial) > 1 as shared from instruction
)
select i.id, i.batch_no, i.serial, i.loan_no, i.instalment_no, i.shared,
       i.fine_fen, i.penalty_fen, i.interest_fen, i.principal_fen, s.id as result, s.host_date,
       case when i.shared then 0 else coalesce(s.taken_fen, p.taken_fen, 0) end as taken_fen,
       case
           when i.shared then 'HELD'
           when p.id is null then 'MISSING'
           when p.reversed then 'FAILED'
           when p.lines > 1 then 'HELD'
           when i.asked_fen <> i.fine_fen + i.penalty_fen + i.interest_fen + i.principal_fen
             or least(i.fine_fen, i.penalty_fen, i.interest_fen, i.principal_fen) < 0 then 'HELD'
           when s.loan_no not in ('', i.loan_no) or s.full_flag not in ('', i.full_flag)
             or coalesce(s.instalment_no, i.instalment_no) <> i.instalment_no
             or coalesce(s.payer_account, i.payer_account) <> i.payer_account
             or coalesce(s.asked_fen, i.asked_fen) <> i.asked_fen then 'HELD'
           when m.class is null then 'HELD'
           when m.class = 'TAKEN'
            and (s.taken_fen <= 0 or s.host_date is null or s.host_serial = '') then 'HELD'
           when m.class <> 'TAKEN' and s.taken_fen <> 0 then 'HELD'
           when m.failure and (s.host_date is not null or s.host_serial <> '') then 'HELD'
           when m.failure then 'FAILED'
           when m.class <> 'TAKEN' then 'UNKNOWN'
           when s.host_date - i.business_date not between 0 and 9 then 'HELD'
           when pg_temp.folded(s.payer_name) <> pg_temp.folded(i.payer_name) then 'HELD'
           when exists (select from registered r where r.settled and r.loan_no = i.loan_no)
           then 'HELD'
           when s.taken_fen = i.asked_fen then 'EXACT'
           when s.taken_fen < i.asked_fen and i.full_flag = '1' then 'PARTIAL'
           else 'HELD'
       end as judged
from instruction i
left join place p on p.batch_no = i.batch_no and p.serial = i.serial
left join said s on s.batch_no = i.batch_no and s.serial = i.serial
                and s.lines_here = 1 and not i.shared
left join meaning m on m.code = s.code;

-- An instalment is paid once: the first in full, else the first in part.
create temp table asked on commit drop as
select judged.*,
       case when judged in ('EXACT', 'PARTIAL') and row_number() over (
                partition by loan_no, instalment_no, judged in ('EXACT', 'PARTIAL')
                order by judged, batch_no, serial) > 1
            then 'HELD' else judged end as outcome
from judged;

-- Pass 5: the four parts in the order of allocation, and the ledger's entries of that place.
create temp table answer on commit drop as
with booked as (
    select batch_no, serial, count(*) as entries, min(id) as id
    from ledger where kind <> '05' group by batch_no, serial
), money as (
    select id, result, outcome, taken_fen, batch_no, serial, shared, proved::int * taken_fen as given,
           proved::int * fine_fen as fine_fen, proved::int * penalty_fen as penalty_fen,
           proved::int * interest_fen as interest_fen, proved::int * principal_fen as principal_fen
    from (select *, outcome in ('EXACT', 'PARTIAL') as proved from asked) a
)
select a.id, a.result, a.outcome, a.taken_fen,
       least(principal_fen, greatest(given - fine_fen - penalty_fen - interest_fen, 0)) as principal,
       least(interest_fen, greatest(given - fine_fen - penalty_fen, 0)) as interest,
       least(penalty_fen, greatest(given - fine_fen, 0)) as penalty,
       least(fine_fen, given) as fine,
       outcome in ('EXACT', 'PARTIAL') and b.entries is null as post,
       case when b.entries = 1 then b.id end as ledger
from money a
left join booked b on b.batch_no = a.batch_no and b.serial = a.serial and not a.shared;

insert into link
with ours as (
    select *, count(*) over (partition by loan_no, instalment_no, fen) as alike from offset_
), booked as (
    select *, count(*) over (partition by loan_no, instalment_no, fen) as alike
    from ledger where kind = '05' and not reversed
), pair as (
    select o.id, b.id as other from ours o join booked b using (loan_no, instalment_no, fen)
    where o.alike = 1 and b.alike = 1
)
select 'OFFSET', true, id, 'offset', id from pair
union all select 'OFFSET', true, id, 'ledger', other from pair;
