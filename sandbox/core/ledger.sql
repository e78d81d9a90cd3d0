-- The core's own tables 核心自己的账: nobody but the owner may look. Running it again is harmless.
create schema if not exists ledger;

create table if not exists ledger.filled_with (          -- what the nights were made of
    only_row boolean primary key default true check (only_row),
    seed     text not null,
    scale    integer
);

create table if not exists ledger.borrower (             -- 借款人
    zjhm   char(18) primary key,
    xingming varchar(120) not null
);

create table if not exists ledger.loan (                 -- 贷款
    dkzh   varchar(30) primary key,
    zjhm   char(18) not null references ledger.borrower,
    yhdm   varchar(6) not null,
    hkzh   varchar(32) not null,
    hkzhmc varchar(120) not null,
    dkffe  numeric(18,2) not null check (dkffe > 0),
    dkll   numeric(8,7) not null,
    dkqs   integer not null check (dkqs > 0)
);

create table if not exists ledger.instalment (           -- 期次
    dkzh   varchar(30) not null references ledger.loan,
    dqqc   integer not null check (dqqc > 0),
    yhrq   date not null,
    dqyhbj numeric(18,2) not null,
    dqyhlx numeric(18,2) not null,
    dqyhfx numeric(18,2) not null,
    zt     text not null check (zt in ('due', 'paid')),
    mdj    char(64),                                     -- the posting that paid it
    primary key (dkzh, dqqc)
);

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
    zebz char(1) not null check (zebz in ('0', '1')),
    primary key (yhdm, pch, xh),
    foreign key (dkzh, dqqc) references ledger.instalment
);
create index if not exists instruction_by_day on ledger.instruction (yhdm, ywrq);

create table if not exists ledger.posting_answer (       -- 入账结果
    mdj  char(64) primary key,
    jgdm char(2) not null check (jgdm in ('00', '10', '11', '12')),
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
