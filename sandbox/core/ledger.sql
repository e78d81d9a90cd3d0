-- The core's own tables 核心自己的账: nobody but the owner may look. Running it again is harmless.
create schema if not exists ledger;

create table if not exists ledger.filled_with (          -- what the nights were made of
    only_row boolean primary key default true check (only_row),
    seed     text not null,
    scale    integer
);

create table if not exists ledger.business_day (         -- 核心业务日期, and the moment of it
    only_row boolean primary key default true check (only_row),
    ywrq     date not null,
    sk       timestamptz not null
);

create table if not exists ledger.borrower (             -- 借款人
    zjhm   char(18) primary key,
    xingming varchar(120) not null,
    sjhm   varchar(11) not null default '',
    dwmc   varchar(255) not null default '',
    dwdz   varchar(255) not null default ''
);

create table if not exists ledger.loan (                 -- 贷款
    dkzh   varchar(30) primary key,
    jkhtbh varchar(30) not null,
    zjhm   char(18) not null references ledger.borrower,
    yhdm   varchar(6) not null,
    zhbh   varchar(8) not null,
    dkffe  numeric(18,2) not null check (dkffe > 0),
    dkye   numeric(18,2) not null check (dkye >= 0),
    dkll   numeric(8,7) not null,
    fxbl   numeric(5,4) not null default 1.5,            -- 罚息 is the loan's rate times this
    dkqs   integer not null check (dkqs > 0),
    dkffrq date not null,
    ydhkr  integer not null check (ydhkr between 1 and 31),
    dklx   char(2) not null default '01',
    dkhkfs char(2) not null default '01',
    zebz   char(1) not null default '0' check (zebz in ('0', '1')),
    kkkz   char(2) not null default '00',
    hx     boolean not null default false                -- 已核销
);
create index if not exists loan_by_account on ledger.loan (yhdm, zhbh);

create table if not exists ledger.repayment_account (    -- 还款账户, one row a change
    dkzh   varchar(30) not null references ledger.loan,
    hkzh   varchar(32) not null,
    hkzhmc varchar(120) not null,
    hkzhhh varchar(12) not null,
    sxsj   timestamptz not null,
    bgr    varchar(64) not null,
    fhr    varchar(64) not null,
    primary key (dkzh, sxsj)
);

create table if not exists ledger.mandate (              -- 委托扣划签约
    xybh   varchar(32) primary key,
    dkzh   varchar(30) not null references ledger.loan,
    hkzh   varchar(32) not null,
    sxsj   timestamptz not null,
    zzsj   timestamptz
);
create index if not exists mandate_by_loan on ledger.mandate (dkzh);

create table if not exists ledger.instalment (           -- 期次: what falls due, what has been paid
    dkzh   varchar(30) not null references ledger.loan,
    dqqc   integer not null check (dqqc > 0),
    yhrq   date not null,
    fxqs   date not null,                                -- 罚息起算日
    dqyhbj numeric(18,2) not null,
    dqyhlx numeric(18,2) not null,
    dqyhfx numeric(18,2) not null,
    dqyhwy numeric(18,2) not null default 0,
    fxjl   numeric(28,12) not null,                      -- dqyhfx before it is rounded
    fxjz   date not null,                                -- 罚息计至
    ysbj   numeric(18,2) not null default 0,
    yslx   numeric(18,2) not null default 0,
    ysfx   numeric(18,2) not null default 0,
    yswy   numeric(18,2) not null default 0,
    zt     text not null check (zt in ('due', 'paid')),
    mdj    char(64),                                     -- the posting that paid it
    primary key (dkzh, dqqc)
);
create index if not exists instalment_open on ledger.instalment (yhrq) where zt = 'due';

create table if not exists ledger.instruction (          -- 扣款指令
    yhdm varchar(6) not null,
    zhbh varchar(8) not null,
    ywrq date not null,
    pch  varchar(20) not null,
    xh   integer not null check (xh > 0),
    dkzh varchar(30) not null,
    dqqc integer not null,
    hkzh varchar(32) not null,
    hkzhmc varchar(120) not null,
    dqyhbj numeric(18,2) not null,
    dqyhlx numeric(18,2) not null,
    dqyhfx numeric(18,2) not null,
    dqyhwy numeric(18,2) not null default 0,
    zebz char(1) not null check (zebz in ('0', '1')),
    primary key (yhdm, pch, xh),
    foreign key (dkzh, dqqc) references ledger.instalment
);
create index if not exists instruction_by_day on ledger.instruction (yhdm, ywrq);

create table if not exists ledger.posting_answer (       -- 入账结果
    mdj  char(64) primary key,
    jgdm char(2) not null check (jgdm in ('00', '10', '11', '12', '13', '14')),
    jgsm varchar(160) not null
);

create table if not exists ledger.posting_attempt (      -- every insert tried, also in vain
    no      bigint generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    mdj     char(64) not null,
    zhaiyao char(64) not null,
    dkzh    varchar(30) not null,
    dqqc    integer not null,
    known   boolean not null                             -- the key was there already
);

create table if not exists ledger.entry (                -- 贷款业务明细: everything booked
    no     bigint generated always as identity primary key,
    dkzh   varchar(30) not null references ledger.loan,
    dqqc   integer not null,
    dkywmxlx char(2) not null,
    yyno   bigint references ledger.entry,               -- the entry a 冲账 takes back
    bjje   numeric(18,2) not null,
    lxje   numeric(18,2) not null,
    fxje   numeric(18,2) not null,
    wyje   numeric(18,2) not null,
    ywrq   date not null,
    jzrq   date not null,
    yhjslsh varchar(40) not null,
    pch    varchar(20) not null,
    xh     integer not null,
    mdj    char(64)                                      -- the posting behind it, if there is one
);
create index if not exists entry_by_instalment on ledger.entry (dkzh, dqqc);
create index if not exists entry_by_place on ledger.entry (pch, xh);
create index if not exists entry_by_business_date on ledger.entry (ywrq);
create unique index if not exists entry_reversed_once on ledger.entry (yyno);

create table if not exists ledger.fund_offset (          -- 冲还贷, as the fund account has it
    no     bigint generated always as identity primary key,
    grzh   varchar(26) not null,
    dkzh   varchar(30) not null references ledger.loan,
    dqqc   integer not null,
    fse    numeric(18,2) not null check (fse > 0),
    jzrq   date not null
);
