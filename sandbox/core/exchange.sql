-- What the gateway sees: two views and a table, as schemas/core_system says. 交换接口
create schema if not exists exchange;

create or replace view exchange.deduction_instruction as
select i.yhdm, i.zhbh, i.ywrq, i.pch, i.xh, i.dkzh, i.dqqc, i.hkzh, i.hkzhmc,
       (q.dqyhbj + q.dqyhlx + q.dqyhfx)::numeric(18,2) as dqyhje,
       q.dqyhbj, q.dqyhlx, q.dqyhfx, i.zebz
from ledger.instruction i
join ledger.instalment q using (dkzh, dqqc);

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
    fse        numeric(18,2) not null,
    bjje       numeric(18,2) not null,
    lxje       numeric(18,2) not null,
    fxje       numeric(18,2) not null,
    jzrq       date not null,
    yhjslsh    varchar(40) not null,
    dkywmxlx   char(2) not null,
    lrsj       timestamptz not null default now(),
    constraint fse_is_its_parts check (fse = bjje + lxje + fxje)
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

-- The lock on the instalment makes two postings for it wait for each other: one alone can pay it.
create or replace function ledger.apply_posting() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    owed ledger.instalment;
    code char(2);
    words varchar(160);
begin
    select * into owed from ledger.instalment q
    where q.dkzh = new.dkzh and q.dqqc = new.dqqc for update;
    if not found then
        code := '11'; words := '无此期次，未入账';
    elsif owed.zt = 'paid' then
        code := '10'; words := '期次已结清，未入账';
    elsif (new.bjje, new.lxje, new.fxje) is distinct from (owed.dqyhbj, owed.dqyhlx, owed.dqyhfx) then
        code := '12'; words := '金额与应还不符，未入账';
    else
        code := '00'; words := '已入账';
        update ledger.instalment q set zt = 'paid', mdj = new.mdj
        where q.dkzh = new.dkzh and q.dqqc = new.dqqc;
    end if;
    insert into ledger.posting_answer (mdj, jgdm, jgsm) values (new.mdj, code, words);
    return null;
end $$;

revoke all on all functions in schema ledger from public;

create or replace trigger note_attempt before insert on exchange.repayment_posting
for each row execute function ledger.note_attempt();

create or replace trigger apply_posting after insert on exchange.repayment_posting
for each row execute function ledger.apply_posting();
