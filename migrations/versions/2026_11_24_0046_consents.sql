-- The first version of each notice: what the product really does. A jurisdiction publishes its own
-- over it, with its name and contact.
INSERT INTO privacy_notices
    (id, kind, version, renews, title_zh, title_en, text_zh, text_en)
VALUES
(gen_random_uuid(), 'privacy', 1, true,
$t$个人信息保护告知$t$,
$t$Notice on personal data$t$,
$t$# 谁在处理
您所在辖区的志愿服务主管单位用本系统办理志愿服务。联系方式见每页底部的“反映问题”。

# 收集什么、为什么
姓名、手机号和居住社区：用来登录、报名和办理业务。密码只保存加密后的摘要，没有人能看到原文。

报名、签到签退时间、是谁为您扫的码、核实的服务时长：这是服务记录，用来计算积分、出具证明、防止虚报。不保存您的位置坐标，只保存“在不在现场”的结论；不拍照、不识别人脸。

积分的收支、兑换的商品：用来记账和核对。

登录过的设备类型和大致网络（不是完整地址）：让您能发现别人冒用您的账号。

证件号码、出生年月、住址不是必须的。您要填写时，我们会另外告知并单独征求同意。

# 谁能看到
别人只看到您的志愿者编号。扫码的人看不到您的姓名。社区工作者查找人员时看到的是遮盖后的姓名和手机号；要看完整信息必须写明理由，系统会记录是谁、何时、为什么看的。商户和赞助单位只看到商品数量和金额。不向其他单位提供，不用于广告。

# 怎样保存
姓名、手机号、证件号码、出生年月和住址加密保存，每人一把密钥，密钥与账册分开存放。账号使用期间一直保存；账号注销时销毁您的密钥，从此任何备份里也读不出这些内容。服务记录和积分账目只留志愿者编号，作为账册保留，供审计。系统日志至少保留六个月（《网络安全法》第二十一条）。

# 您的权利
您可以查阅、复制、更正自己的信息，可以随时撤回同意，也可以注销账号；撤回和同意一样方便，都在“我的授权”页面。撤回以前已经发生的处理仍然有效。没有手机也可以到社区办理。

# 不满意怎么办
点每页底部的“反映问题”，或者向社区、街道反映；也可以向网信部门投诉，或者向人民法院起诉。$t$,
$t$# Who handles your data
The authority for volunteer service where you live uses this service. "Report a problem" at the foot of each page says how to reach it.

# What is collected, and why
Your name, phone number and home community: to sign you in, sign you up and serve you. Of your password only a digest is kept; nobody can read it.

Sign-ups, the times of check-in and check-out, who scanned you, and verified minutes: these are the service record, from which points are counted and certificates made, and which keeps hours from being invented. Where you are is not kept as coordinates, only whether you were on the spot. No photo is taken and no face recognised.

Points that you get and spend, and goods that you redeem: to keep the books and check them.

The kind of device and the rough network from which you signed in (never the whole address): so that you notice if somebody uses your account.

Your ID number, month of birth and address are not required. Before you tell one, you get a notice of its own and are asked for a separate consent.

# Who sees it
Others see your volunteer number only. Whoever scans you does not see your name. Community workers who look for somebody see a masked name and phone; to see them in full they must give a reason, and the system records who looked, when and why. Merchants and sponsors see quantities and amounts of goods only. Nothing is given to others, and nothing is used for advertising.

# How it is kept
Name, phone, ID number, month of birth and address are kept encrypted, under a key of your own that lies apart from the books. They are kept as long as the account is used. When it is closed your key is destroyed, and from then on no backup can be read about you either. Service records and points keep your volunteer number alone and stay as books that are audited. System logs are kept for at least six months (Cybersecurity Law, art. 21).

# Your rights
You may see, copy and correct your data, withdraw a consent at any time, and close the account. Withdrawing is as easy as consenting: both are on the page "My consents". What was done before stays lawful. Without a phone, the community does it for you.

# If you are not satisfied
Use "Report a problem" at the foot of each page, or tell the community or the street office. You may also complain to the cyberspace administration or go to court.$t$),
(gen_random_uuid(), 'id_number', 1, true,
$t$单独告知：证件号码$t$,
$t$Separate notice: ID number$t$,
$t$# 为什么需要
证件号码用来确认是您本人、防止一人重复登记，并在社区柜台凭证件找到您。不填写也能报名、服务和得积分。

# 有什么影响
证件号码是敏感个人信息，泄露可能被人冒用。因此它加密保存，不在页面上完整显示（530***********1234）；要看完整号码必须有权限并写明理由，每次都有记录。居民身份证号码里含有出生日期：系统只用它判断您是否未满18周岁。

# 保存多久、怎样撤回
保存到您撤回同意或注销账号为止。撤回后立即删除；已经发生的服务和积分不受影响，但社区不能再凭证件号码找到您。$t$,
$t$# Why
Your ID number confirms that it is you, keeps one person from being entered twice, and lets the community's counter find you by your document. Without it you can sign up, serve and earn points all the same.

# What it means for you
An ID number is sensitive: in wrong hands it can be misused. So it is kept encrypted and never shown in full on a page (530***********1234); to see all of it takes a permission and a reason, and each time is recorded. A resident's ID number contains the date of birth: the system uses it only to tell whether you are under 18.

# How long, and how to withdraw
It is kept until you withdraw this consent or close the account. Withdrawn, it is deleted at once. Service and points stay, but the community can no longer find you by this number.$t$),
(gen_random_uuid(), 'birth_month', 1, true,
$t$单独告知：出生年月$t$,
$t$Separate notice: month of birth$t$,
$t$# 为什么需要
用来判断您能参加哪些活动：未满18周岁须经监护人同意，有的活动有最低年龄。未满18周岁的人必须填写；成年人可以不填。

# 有什么影响
出生年月加密保存，别人看不到。系统另外记下“未满14周岁”或“未满18周岁”（成年人不记），扫码时据此判断。

# 保存多久、怎样撤回
保存到您撤回同意或注销账号为止。撤回后立即删除；有最低年龄的活动您不能再报名，未成年人在到社区核实以前仍按未成年人对待。$t$,
$t$# Why
It tells which activities you may join: under 18 a guardian has to consent, and some activities have a least age. Whoever is under 18 must tell it; adults need not.

# What it means for you
It is kept encrypted and shown to nobody else. Beside it the system notes "under 14" or "under 18" (of adults nothing), so that a scan can tell.

# How long, and how to withdraw
It is kept until you withdraw this consent or close the account. Withdrawn, it is deleted at once. Activities with a least age are closed to you then, and a minor goes on counting as one until the community has looked at a document.$t$),
(gen_random_uuid(), 'address', 1, true,
$t$单独告知：住址$t$,
$t$Separate notice: address$t$,
$t$# 为什么需要
方便社区就近联系您、安排服务。不填写不影响任何功能；居住社区已经够用。

# 有什么影响
住址加密保存，页面上不显示；社区工作者要看必须写明理由，每次都有记录。

# 保存多久、怎样撤回
保存到您撤回同意或注销账号为止。撤回后立即删除，其他功能不受影响。$t$,
$t$# Why
So that the community can reach you nearby and find service close to you. Nothing depends on it: the home community is enough.

# What it means for you
It is kept encrypted and shown on no page; a community worker who has to see it gives a reason, and each time is recorded.

# How long, and how to withdraw
It is kept until you withdraw this consent or close the account. Withdrawn, it is deleted at once; all else goes on.$t$),
(gen_random_uuid(), 'minors', 1, true,
$t$告知监护人：未成年人参加志愿服务$t$,
$t$To guardians: minors who volunteer$t$,
$t$# 您同意的是什么
您作为监护人，同意孩子的个人信息按《个人信息保护告知》处理，并同意孩子报名参加适合其年龄的志愿服务。未满14周岁的，没有监护人同意不处理服务信息（《个人信息保护法》第三十一条）；14至17周岁的，报名也须经监护人同意（《志愿服务条例》要求与年龄相适应）。

# 收集孩子的什么
姓名、手机号、居住社区、出生年月、报名和服务记录、积分。不收集照片、人脸和位置坐标。红黑榜和排名不出现未成年人。

# 有什么限制
夜间（22时至次日6时）的班次、时间过长的班次、超出年龄要求的活动，系统不让未成年人报名；注明须监护人陪同的活动，请您一起参加。未成年人不能未报名直接到场签到。

# 您能做什么
您可以看到孩子报名的班次、时长和积分，可以替孩子同意或撤回。您随时可以撤回本同意：孩子尚未参加的班次会退出，不能再报名；已有的时长和积分保留。监护关系视为家庭关系：您不能为孩子核实时长、发放积分。$t$,
$t$# What you consent to
As a guardian you consent that your child's personal data are handled as the notice on personal data says, and that the child signs up for volunteer service fit for the age. Under 14 nothing about service is handled without a guardian's consent (Personal Information Protection Law, art. 31); from 14 to 17 signing up needs it as well (the Volunteer Service Ordinance asks for tasks fit for the age).

# What is collected of the child
Name, phone number, home community, month of birth, sign-ups and service records, points. No photos, faces or coordinates. Minors never appear on public lists or league tables.

# What is limited
Minors cannot sign up for shifts at night (22:00 to 6:00), shifts that are too long, and activities above their age; where an activity says that a guardian comes along, please do. A minor cannot check in without having signed up.

# What you can do
You see the shifts, hours and points of the child, and can consent and withdraw for the child. You can withdraw this consent at any time: places on shifts to come are given back and no new ones can be taken; hours and points stay. Guardians count as family: you cannot verify hours or award points for the child.$t$);
