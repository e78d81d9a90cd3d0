-- Passes 2, 4 and 5 on the statement: what goes back, what was promised, what a counter booked.

create temp view open_line as
select * from statement s
where not exists (select from link where automatic and side = 'statement' and link.id = s.id);

-- What results promise: a sum for each batch and host date, or each line.
create temp table credit on commit drop as
with counted as (
    select batch_no, host_date, host_serial, taken_fen as fen from said where taken_fen <> 0
), promised as (
    select batch_no, host_date, '' as host_serial, sum(fen)::bigint as fen
    from counted, setting where credits = 'lump' group by batch_no, host_date
    union all
    select counted.* from counted, setting where credits = 'line'
)
select id, batch_no, host_date, host_serial, fen from expected
union all
select (select coalesce(max(id) + 1, 0) from expected)
       + row_number() over (order by batch_no, host_date, host_serial, fen) - 1,
       batch_no, host_date, host_serial, fen
from promised;

create temp view open_credit as
select * from credit c
where not exists (select from link where automatic and side = 'expected' and link.id = c.id);

-- Pass 2: a reversal and the serial it names; of a chain, every second edge from its end.
insert into link
with recursive line as (
    select id, fen, booked_on, reversal,
           ltrim(host_serial, zero) as serial, ltrim(original_serial, zero) as original
    from statement, setting
), back as (
    select *, count(*) over (partition by original, fen) as alike
    from line where reversal and original <> ''
), paid as (
    select *, count(*) over (partition by serial, fen) as alike from line where serial <> ''
), edge as (
    select back.id, paid.id as other
    from back join paid on paid.serial = back.original and paid.fen = -back.fen
    where back.alike = 1 and paid.alike = 1
      and back.booked_on >= paid.booked_on and back.id <> paid.id
), chain as (
    select id, other, 0 as depth from edge where id not in (select other from edge)
    union all
    select edge.id, edge.other, depth + 1 from edge join chain on edge.other = chain.id
    where depth < 15
)
select 'REVERSAL_SERIAL', true, id, 'statement', unnest(array[id, other])
from chain where depth % 2 = 0;

-- Pass 2: the same counterparty and the opposite amount.
insert into link
with back as (
    select *, count(*) over (partition by other_account, fen) as alike
    from open_line where other_account <> '' and reversal and original_serial = ''
), paid as (
    select *, count(*) over (partition by other_account, fen) as alike
    from open_line where other_account <> '' and not reversal
)
select 'REVERSAL_OPPOSITE', true, back.id, 'statement', unnest(array[back.id, paid.id])
from back join paid on paid.other_account = back.other_account and paid.fen = -back.fen
where back.alike = 1 and paid.alike = 1 and back.booked_on >= paid.booked_on;

-- Pass 2: a payment of ours that came back; by itself only where the bank says so.
insert into link
with plain as (
    select *, count(*) over (partition by other_account, fen) as alike
    from open_line where other_account <> '' and not reversal
)
select 'RETURNED', back.summary || ' ' || back.remark ~ '退汇|退票|退回', back.id, 'statement',
       unnest(array[back.id, paid.id])
from plain back join plain paid on paid.other_account = back.other_account and paid.fen = -back.fen
join day came on came.day = back.booked_on join day went on went.day = paid.booked_on
cross join setting
where back.fen > 0 and back.alike = 1 and paid.alike = 1
  and back.booked_on >= paid.booked_on and came.working - went.working <= return_days;

-- Pass 4: declared groups against promises, by batch and day.
insert into link
with declared as (
    select id, fen, batch_no, coalesce(booked_on, 'infinity') as day
    from open_line where batch_no <> ''
), owed as (
    select id, fen, batch_no, coalesce(host_date, 'infinity') as day
    from open_credit where host_serial = ''
), equal as (
    select batch_no, day, anchor
    from (select batch_no, day, sum(fen) as fen from declared group by batch_no, day) d
    join (select batch_no, day, sum(fen) as fen, min(id) as anchor from owed group by batch_no, day) o
    using (batch_no, day, fen)
)
select 'DECLARED_GROUP', true, anchor, 'statement', id from declared join equal using (batch_no, day)
union all
select 'DECLARED_GROUP', true, anchor, 'expected', id from owed join equal using (batch_no, day);

-- Pass 4: what is left of a batch on all its days (跨日).
insert into link
with declared as (select * from open_line where batch_no <> ''),
owed as (select * from open_credit where host_serial = ''),
equal as (
    select batch_no, anchor
    from (select batch_no, sum(fen) as fen from declared group by batch_no) d
    join (select batch_no, sum(fen) as fen, min(id) as anchor from owed group by batch_no) o
    using (batch_no, fen)
)
select 'DECLARED_GROUP', true, anchor, 'statement', id from declared join equal using (batch_no)
union all
select 'DECLARED_GROUP', true, anchor, 'expected', id from owed join equal using (batch_no);

-- Pass 4, line by line: the host serial and the amount, on the very day.
insert into link
with line as (
    select *, count(*) over (partition by serial, fen, booked_on) as alike
    from (select *, ltrim(host_serial, zero) as serial from open_line, setting
          where host_serial <> '') l
), owed as (
    select *, count(*) over (partition by serial, fen, host_date) as alike
    from (select *, ltrim(host_serial, zero) as serial from open_credit, setting
          where host_serial <> '') c
), pair as (
    select line.id, owed.id as other
    from line join owed on owed.serial = line.serial and owed.fen = line.fen
                       and owed.host_date = line.booked_on
    where line.alike = 1 and owed.alike = 1
)
select 'HOST_SERIAL', true, id, 'statement', id from pair
union all select 'HOST_SERIAL', true, id, 'expected', other from pair;

-- Pass 4: the same on another day, within the longest holiday.
insert into link
with line as (
    select *, count(*) over (partition by serial, fen) as alike
    from (select *, ltrim(host_serial, zero) as serial from open_line, setting
          where host_serial <> '') l
), owed as (
    select *, count(*) over (partition by serial, fen) as alike
    from (select *, ltrim(host_serial, zero) as serial from open_credit, setting
          where host_serial <> '') c
), pair as (
    select line.id, owed.id as other
    from line join owed on owed.serial = line.serial and owed.fen = line.fen
    where line.alike = 1 and owed.alike = 1 and abs(line.booked_on - owed.host_date) <= 9
)
select 'HOST_SERIAL', true, id, 'statement', id from pair
union all select 'HOST_SERIAL', true, id, 'expected', other from pair;

-- A line that bears a promise's serial, or a batch, goes no further.
create temp table loose on commit drop as
select line.* from open_line line, setting
where batch_no = '' and not (host_serial <> '' and ltrim(host_serial, zero) in (
    select ltrim(host_serial, zero) from open_credit, setting where host_serial <> ''));

-- Pass 5: a counter has booked it already.
insert into link
with line as (
    select *, count(*) over (partition by host_serial, fen) as alike
    from loose where host_serial <> ''
), stray as (
    select *, count(*) over (partition by host_serial, fen) as alike
    from ledger l
    where kind <> '05' and not reversed and serial = 0 and host_serial <> ''
      and not exists (select from asked a where not a.shared
                      and a.batch_no = l.batch_no and a.serial = l.serial)
), pair as (
    select line.id, stray.id as other
    from line join stray using (host_serial, fen)
    where line.alike = 1 and stray.alike = 1 and abs(line.booked_on - stray.booked_on) <= 9
)
select 'RECEIPT_BOOKED', true, id, 'statement', id from pair
union all select 'RECEIPT_BOOKED', true, id, 'ledger', other from pair;
