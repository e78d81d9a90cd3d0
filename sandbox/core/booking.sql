-- How the ledger books 记账规则: by value date, part by part, and everything can be taken back.

-- Penalty interest (罚息) that `amount` of an instalment bears from a day to the day it runs to.
create or replace function ledger.penalty(owed ledger.instalment, amount numeric, since date)
returns numeric language sql stable set search_path = pg_catalog, pg_temp as $$
    select amount * l.dkll * l.fxbl / 360 * greatest(0, owed.fxjz - greatest(since, owed.fxqs))
    from ledger.loan l where l.dkzh = owed.dkzh
$$;

-- What the instalment would owe had these parts come on their value date.
create or replace function ledger.as_paid(owed ledger.instalment, paid ledger.entry, sign integer)
returns ledger.instalment language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    owed.fxjl := owed.fxjl - sign * ledger.penalty(owed, paid.bjje + paid.lxje, paid.jzrq);
    owed.dqyhfx := round(owed.fxjl, 2);
    owed.ysbj := owed.ysbj + sign * paid.bjje;
    owed.yslx := owed.yslx + sign * paid.lxje;
    owed.ysfx := owed.ysfx + sign * paid.fxje;
    owed.yswy := owed.yswy + sign * paid.wyje;
    return owed;
end $$;

create or replace function ledger.overpaid(owed ledger.instalment) returns boolean
language sql immutable as $$
    select owed.ysbj > owed.dqyhbj or owed.yslx > owed.dqyhlx
        or owed.ysfx > owed.dqyhfx or owed.yswy > owed.dqyhwy
$$;

create or replace function ledger.settled(owed ledger.instalment) returns boolean
language sql immutable as $$
    select (owed.ysbj, owed.yslx, owed.ysfx, owed.yswy)
         = (owed.dqyhbj, owed.dqyhlx, owed.dqyhfx, owed.dqyhwy)
$$;

-- Do what an entry says, or (sign -1) undo it. 06 结清 closes every instalment that is open.
create or replace function ledger.apply(done ledger.entry, sign integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    owed ledger.instalment;
    payer text := coalesce(done.mdj, 'entry ' || done.no);
begin
    update ledger.loan l set dkye = l.dkye - sign * done.bjje where l.dkzh = done.dkzh;
    if done.dkywmxlx = '06' then
        update ledger.instalment q
        set zt = case sign when 1 then 'paid' else 'due' end,
            mdj = case sign when 1 then payer end
        where q.dkzh = done.dkzh and case sign when 1 then q.zt = 'due' else q.mdj = payer end;
        return;
    end if;
    select * into owed
    from ledger.instalment q where q.dkzh = done.dkzh and q.dqqc = done.dqqc;
    owed := ledger.as_paid(owed, done, sign);
    update ledger.instalment q
    set fxjl = owed.fxjl, dqyhfx = owed.dqyhfx, ysbj = owed.ysbj, yslx = owed.yslx,
        ysfx = owed.ysfx, yswy = owed.yswy,
        zt = case when ledger.settled(owed) then 'paid' else 'due' end,
        mdj = case when ledger.settled(owed) then payer end
    where q.dkzh = done.dkzh and q.dqqc = done.dqqc;
end $$;

-- Write an entry into the books and do what it says.
create or replace function ledger.book(asked ledger.entry) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    done ledger.entry;
    original ledger.entry;
begin
    insert into ledger.entry (dkzh, dqqc, dkywmxlx, yyno, bjje, lxje, fxje, wyje,
                              ywrq, jzrq, yhjslsh, pch, xh, mdj)
    select asked.dkzh, asked.dqqc, asked.dkywmxlx, asked.yyno, asked.bjje, asked.lxje, asked.fxje,
           asked.wyje, asked.ywrq, asked.jzrq, asked.yhjslsh, asked.pch, asked.xh, asked.mdj
    returning * into done;
    if done.yyno is null then
        perform ledger.apply(done, 1);
    else
        select * into original from ledger.entry e where e.no = done.yyno;
        perform ledger.apply(original, -1);
    end if;
    return done.no;
end $$;

-- The next business date: overdue amounts bear penalty interest to it.
create or replace function ledger.advance(today date, moment timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    update ledger.instalment q
    set fxjl = q.fxjl + (q.dqyhbj - q.ysbj + q.dqyhlx - q.yslx) * l.dkll * l.fxbl / 360
                        * (today - greatest(q.fxjz, q.fxqs)),
        dqyhfx = round(q.fxjl + (q.dqyhbj - q.ysbj + q.dqyhlx - q.yslx) * l.dkll * l.fxbl / 360
                                * (today - greatest(q.fxjz, q.fxqs)), 2),
        fxjz = today
    from ledger.loan l
    where l.dkzh = q.dkzh and q.zt = 'due' and greatest(q.fxjz, q.fxqs) < today;
    insert into ledger.business_day (ywrq, sk) values (today, moment)
    on conflict (only_row) do update set ywrq = excluded.ywrq, sk = excluded.sk;
end $$;

-- Back to the evening before: what postings have booked is undone, newest first.
create or replace function ledger.forget_postings() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    done ledger.entry;
    original ledger.entry;
begin
    for done in select * from ledger.entry e where e.mdj is not null order by e.no desc loop
        select * into original from ledger.entry e where e.no = coalesce(done.yyno, done.no);
        perform ledger.apply(original, case when done.yyno is null then -1 else 1 end);
        delete from ledger.entry e where e.no = done.no;
    end loop;
    update ledger.instalment q set zt = 'due', mdj = null where q.mdj !~ '^entry';
    truncate exchange.repayment_posting, ledger.posting_answer, ledger.posting_attempt
        restart identity;
end $$;
