-- What the gateway sees: views and a table, as schemas/core_system says. 交换接口
create schema if not exists exchange;

create or replace view exchange.deduction_instruction as
select i.yhdm, i.zhbh, i.ywrq, i.pch, i.xh, i.dkzh, i.dqqc, i.hkzh, i.hkzhmc,
       (i.dqyhbj + i.dqyhlx + i.dqyhfx + i.dqyhwy)::numeric(18,2) as dqyhje,
       i.dqyhbj, i.dqyhlx, i.dqyhfx, i.zebz, i.dqyhwy
from ledger.instruction i;

create or replace view exchange.mandate as
select l.yhdm, l.zhbh, m.xybh, m.dkzh, m.hkzh,
       (case when m.zzsj <= t.sk then '03' when m.sxsj > t.sk then '02' else '01' end)::char(2)
           as xyzt,
       m.sxsj, m.zzsj
from ledger.mandate m join ledger.loan l using (dkzh) cross join ledger.business_day t;

create or replace view exchange.repayment_account as
select l.yhdm, l.zhbh, a.dkzh, a.hkzh, a.hkzhmc, a.hkzhhh, a.sxsj, a.bgr, a.fhr
from ledger.repayment_account a join ledger.loan l using (dkzh);

create or replace view exchange.loan_account as
select l.yhdm, l.zhbh, l.dkzh, l.jkhtbh, l.zjhm as jkrzjh, b.xingming as jkrxm, b.sjhm,
       b.dwmc, b.dwdz, l.dklx,
       (case when l.hx then '04' when l.dkye = 0 then '03'
             when exists (select from ledger.instalment q
                          where q.dkzh = l.dkzh and q.zt = 'due' and q.fxqs < t.ywrq)
             then '02' else '01' end)::char(2) as dkzt,
       l.dkhkfs, l.dkffrq, l.dkffe, l.dkye, l.dkll, l.dkqs, l.ydhkr,
       -- an instalment that was ever overdue bears penalty, also when it is paid by now
       (select count(*) from ledger.instalment q
        where q.dkzh = l.dkzh and (q.dqyhfx > 0 or q.zt = 'due' and q.fxqs < t.ywrq))::integer
           as ljyqqs
from ledger.loan l join ledger.borrower b using (zjhm) cross join ledger.business_day t;

create or replace view exchange.due_instalment as
select t.ywrq, l.yhdm, l.zhbh, q.dkzh, l.jkhtbh, q.dqqc, q.yhrq,
       (q.dqyhbj - q.ysbj)::numeric(18,2) as dqyhbj, (q.dqyhlx - q.yslx)::numeric(18,2) as dqyhlx,
       (q.dqyhfx - q.ysfx)::numeric(18,2) as dqyhfx, (q.dqyhwy - q.yswy)::numeric(18,2) as dqyhwy,
       l.zebz, a.hkzh, a.hkzhmc, a.hkzhhh, m.xybh, l.jkrzjh, l.jkrxm, l.dklx, l.dkzt, l.kkkz
from ledger.instalment q
cross join ledger.business_day t
join (select v.*, o.zebz, o.kkkz from exchange.loan_account v join ledger.loan o using (dkzh)) l
    using (dkzh)
left join lateral (select * from ledger.repayment_account a
                   where a.dkzh = q.dkzh and a.sxsj <= t.sk
                   order by a.sxsj desc limit 1) a on true
left join lateral (select * from ledger.mandate m
                   where m.dkzh = q.dkzh and m.hkzh = a.hkzh and m.sxsj <= t.sk
                     and coalesce(m.zzsj > t.sk, true)
                   order by m.sxsj desc, m.xybh limit 1) m on true
where q.zt = 'due';

create or replace view exchange.ledger_entry as
select ('02' || lpad(e.no::text, 13, '0'))::varchar(20) as ywlsh, l.yhdm, l.zhbh, e.dkzh, e.dqqc,
       e.dkywmxlx, (case when e.yyno is null then '01' else '02' end)::char(2) as czbz,
       ('02' || lpad(e.yyno::text, 13, '0'))::varchar(20) as yywlsh,
       (e.bjje + e.lxje + e.fxje + e.wyje)::numeric(18,2) as fse,
       e.bjje, e.lxje, e.fxje, e.wyje, e.ywrq, e.jzrq, e.yhjslsh, e.pch, e.xh
from ledger.entry e join ledger.loan l using (dkzh);

create or replace view exchange.fund_offset as
select ('01' || lpad(o.no::text, 13, '0'))::varchar(20) as ywlsh, l.yhdm, l.zhbh, o.grzh, o.dkzh,
       o.dqqc, o.fse, o.jzrq
from ledger.fund_offset o join ledger.loan l using (dkzh);

create table if not exists exchange.repayment_posting (
    mdj        char(64) primary key,
    zhaiyao    char(64) not null,
    yhdm       varchar(6) not null,
    zhbh       varchar(8) not null,
    ywrq       date not null,
    pch        varchar(20) not null,
    xh         integer not null,
    dkzh       varchar(30) not null,
    dqqc       integer not null,
    fse        numeric(18,2) not null check (fse > 0),
    bjje       numeric(18,2) not null check (bjje >= 0),
    lxje       numeric(18,2) not null check (lxje >= 0),
    fxje       numeric(18,2) not null check (fxje >= 0),
    jzrq       date not null,
    yhjslsh    varchar(40) not null,
    dkywmxlx   char(2) not null,
    lrsj       timestamptz not null default now(),
    wyje       numeric(18,2) not null default 0 check (wyje >= 0),
    czbz       char(2) not null default '01' check (czbz in ('01', '02')),
    ymdj       char(64),
    constraint fse_is_its_parts check (fse = bjje + lxje + fxje + wyje),
    constraint a_reversal_names_its_original check ((czbz = '02') = (ymdj is not null))
);

create or replace view exchange.posting_result as
select p.mdj, p.zhaiyao, a.jgdm, a.jgsm
from exchange.repayment_posting p
left join ledger.posting_answer a using (mdj);

-- Both triggers act with the owner's rights: the gateway has none on the ledger.
create or replace function ledger.note_attempt() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into ledger.posting_attempt (mdj, zhaiyao, dkzh, dqqc, known)
    values (new.mdj, new.zhaiyao, new.dkzh, new.dqqc,
            exists (select from exchange.repayment_posting p where p.mdj = new.mdj));
    return new;
end $$;

-- The answer to a posting, before it is booked. The lock on the loan makes two postings for it
-- wait for each other: what one has paid the other cannot pay.
create or replace function ledger.judge(asked exchange.repayment_posting, meant ledger.entry)
returns char(2) language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    owed ledger.instalment;
    lent ledger.loan;
    original ledger.entry;
begin
    select * into lent from ledger.loan l where l.dkzh = asked.dkzh for update;
    if asked.czbz = '02' then
        select * into original from ledger.entry e where e.no = meant.yyno;
        return case when (original.dkzh, original.dqqc, original.bjje, original.lxje,
                          original.fxje, original.wyje)
                       = (asked.dkzh, asked.dqqc, asked.bjje, asked.lxje, asked.fxje, asked.wyje)
                     and original.yyno is null
                     and not exists (select from ledger.entry e where e.yyno = original.no)
                    then '00' else '13' end;
    elsif asked.dkywmxlx = '06' then
        return case when lent.dkye = 0 then '10' when asked.bjje = lent.dkye then '00'
                    when lent.dkye is null then '11' else '12' end;
    elsif asked.dkywmxlx not in ('02', '04') then
        return '14';
    end if;
    select * into owed from ledger.instalment q
    where q.dkzh = asked.dkzh and q.dqqc = asked.dqqc for update;
    return case when owed.dkzh is null then '11' when owed.zt = 'paid' then '10'
                when ledger.overpaid(ledger.as_paid(owed, meant, 1)) then '12' else '00' end;
end $$;

create or replace function ledger.apply_posting() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    meant ledger.entry;
    code char(2);
begin
    select null, new.dkzh, new.dqqc, new.dkywmxlx,
           (select e.no from ledger.entry e where e.mdj = new.ymdj and e.yyno is null),
           new.bjje, new.lxje, new.fxje, new.wyje,
           new.ywrq, new.jzrq, new.yhjslsh, new.pch, new.xh, new.mdj into meant;
    code := ledger.judge(new, meant);
    if code = '00' then
        perform ledger.book(meant);
    end if;
    insert into ledger.posting_answer (mdj, jgdm, jgsm) values (new.mdj, code, case code
        when '00' then '已入账' when '10' then '期次已结清，未入账' when '11' then '无此期次，未入账'
        when '12' then '金额与应还不符，未入账' when '13' then '无可冲的原业务，未入账'
        else '业务明细类型不受理，未入账' end);
    return null;
end $$;

revoke all on all functions in schema ledger from public;

create or replace trigger note_attempt before insert on exchange.repayment_posting
for each row execute function ledger.note_attempt();

create or replace trigger apply_posting after insert on exchange.repayment_posting
for each row execute function ledger.apply_posting();
