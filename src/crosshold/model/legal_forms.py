"""Legal forms as a table: how each is written, where, before or behind the name, and what kind of party it makes (spec/evidence 8.2).

One line (an indented one goes on with it) is one form: ``form | kind | jurisdictions | place | other spellings``; the form itself is
a spelling too. ``after`` and ``before`` are words of their own, ``joined`` forms touch the name on either side (株式会社). ``after+x``
also takes the word ``x`` off the beginning (PT Fujimine Tbk), ``around+x`` is none without it. Dots, blanks, case and accents of
spellings do not matter.

Kinds: ``limited`` (shares not offered to the public), ``public`` (may be offered), ``company`` (either), the others as they say.

Sources: ISO 20275 entity legal forms, the company acts of the states named. Words that belong to names (信託銀行, ホールディングス, Group,
Holdings, Bank, Trust) are no forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

KINDS = ("limited", "public", "company", "partnership", "cooperative", "foundation", "association", "sole", "fund", "state")

_TABLE = """
# English, and the forms of states that write English
Ltd | limited | GB IE US CA IN HK AU NZ ZA NG KE CY MT IL | after | Limited
Co Ltd | company | JP CN TW KR TH HK VN GB IN | after | Company Limited; Company Ltd; Co Limited; Coltd; Comp Ltd; Corp Ltd;
    Corporation Limited
PLC | public | GB IE CY MT NG KE TH | after | Public Limited Company; Public Ltd Co
PCL | public | TH | after | Public Company Limited; Public Co Ltd; Co Ltd (Public)
LLC | limited | US AE RU UA GE KZ QA OM | after | Limited Liability Company; Limited Liability Co; Ltd Liability Co;
    Ltd Liability Company; FZ-LLC; FZ LLC
LLP | partnership | GB US IN CA SG | after | Limited Liability Partnership
LLLP | partnership | US | after | Limited Liability Limited Partnership
LP | partnership | GB US CA KY BM JE | after | Limited Partnership
GP | partnership | US CA | after | General Partnership
Inc | company | US CA PH | after | Incorporated; Co Inc; Company Inc
Corp | company | US CA PH TW JP | after | Corporation; Corpn
Co | company | US GB CA JP | after | Company; & Co; & Company; & Cie; et Cie; et Compagnie
PC | company | US | after | Professional Corporation
PLLC | limited | US | after | Professional Limited Liability Company
PBC | company | US | after | Public Benefit Corporation
N.A. | company | US | after | National Association
ULC | company | CA IE GB | after | Unlimited Liability Company; Unlimited Company
DAC | limited | IE | after | Designated Activity Company
CLG | limited | IE GB | after | Company Limited by Guarantee
Teoranta | limited | IE | after |
CPT | public | IE | after | Cuideachta Phoiblí Theoranta
Cyf | limited | GB | after | Cyfyngedig
CCC | public | GB | after | Cwmni Cyfyngedig Cyhoeddus
CIC | limited | GB | after | Community Interest Company
CIO | foundation | GB | after | Charitable Incorporated Organisation; SCIO
EEIG | association | EU GB | after | European Economic Interest Grouping; UKEIG; EWIV; GEIE; EESV; AEIE
SE | public | EU | after | Societas Europaea; European Company
SCE | cooperative | EU | after | Societas Cooperativa Europaea
ICAV | fund | IE | after | Irish Collective Asset-management Vehicle
SPC | fund | KY VG BM | after | Segregated Portfolio Company
PCC | fund | JE GG MU GI | after | Protected Cell Company; PCC Limited; PCC Ltd
Pty Ltd | limited | AU ZA BW NA | after | Proprietary Limited; Pty Limited; Proprietary Ltd; (Pty) Ltd
Pte Ltd | limited | SG | after | Private Limited; Pte Limited; Private Ltd
Pvt Ltd | limited | IN PK BD LK NP | after | Pvt Limited; (Private) Limited; P Ltd; OPC Pvt Ltd; OPC Private Limited
Ltée | limited | CA | after | Limitée
# German
GmbH | limited | DE AT CH LI | after | Gesellschaft mit beschränkter Haftung; Ges.m.b.H.; GesmbH; Ges mbH; G.m.b.H.;
    Gesellschaft mbH; mbH; gGmbH; gemeinnützige GmbH
UG | limited | DE | after | UG (haftungsbeschränkt); UG haftungsbeschränkt; Unternehmergesellschaft (haftungsbeschränkt);
    Unternehmergesellschaft
AG | public | DE AT CH LI LU | after | Aktiengesellschaft; gAG
KGaA | public | DE | after | Kommanditgesellschaft auf Aktien; AG & Co KGaA; SE & Co KGaA; GmbH & Co KGaA;
    AG & Co. Kommanditgesellschaft auf Aktien
GmbH & Co KG | partnership | DE AT | after | GmbH & Co Kommanditgesellschaft; GmbH Co KG; GmbH und Co KG; GmbH u Co KG;
    GesmbH & Co KG; GmbH & Co OHG; GmbH & Co; mbH & Co KG
AG & Co KG | partnership | DE | after | AG Co KG; AG und Co KG; AG & Co OHG; Stiftung & Co KG; Stiftung & Co KGaA; Ltd & Co KG;
    Limited & Co KG; UG (haftungsbeschränkt) & Co KG
SE & Co KG | partnership | DE | after | SE Co KG; SE und Co KG; SE & Co OHG
KG | partnership | DE AT LI | after | Kommanditgesellschaft; & Co KG; und Co KG
OHG | partnership | DE AT | after | Offene Handelsgesellschaft; oHG mbH; & Co OHG
OG | partnership | AT | after | Offene Gesellschaft
GbR | partnership | DE | after | Gesellschaft bürgerlichen Rechts; eGbR
PartG | partnership | DE | after | PartG mbB; PartGmbB; Partnerschaftsgesellschaft mbB; Partnerschaftsgesellschaft
e.K. | sole | DE | after | eingetragener Kaufmann; eingetragene Kauffrau; e.Kfm.; e.Kfr.
e.U. | sole | AT | after | eingetragenes Unternehmen
eG | cooperative | DE AT | after | eingetragene Genossenschaft; eGen; e.Gen.; Genossenschaft
e.V. | association | DE | after | eingetragener Verein
VVaG | association | DE AT | after | V.V.a.G.; Versicherungsverein auf Gegenseitigkeit
AöR | state | DE | after | Anstalt des öffentlichen Rechts
KdöR | state | DE | after | K.d.ö.R.; Körperschaft des öffentlichen Rechts
InvAG | fund | DE | after | Investmentaktiengesellschaft; InvKG
Stiftung | foundation | DE AT CH LI | after | Privatstiftung; Treuhandstiftung
Anstalt | foundation | LI | after |
# French, Luxembourg, Belgium, French-speaking Africa
SA | public | FR BE LU CH ES PT GR BR AR CL CO PE MX PL RO SN CI MA | both | S/A; Société Anonyme; Sociedad Anónima;
    Sociedade Anónima; Sociedade Anônima; Société Anonyme à Conseil d'Administration; Spółka akcyjna; Societate pe acțiuni
SAS | limited | FR LU AR CO MA | both | Société par actions simplifiée; Sociedad por Acciones Simplificada; S.A.S. Unipersonnelle
SASU | limited | FR | both | Société par actions simplifiée unipersonnelle; Société par actions simplifiée à associé unique
SARL | limited | FR LU CH MA LB | both | Société à responsabilité limitée; S.à r.l.; S. à r.l.; S à r.l.; S.à.r.l.; Sàrl;
    S.àr.l.; SARL-S; S.à r.l.-S; S.a.r.l. unipersonnelle
EURL | limited | FR | both | Entreprise unipersonnelle à responsabilité limitée
SCA | public | FR LU BE IT ES | after | Société en commandite par actions; Commanditaire vennootschap op aandelen; Comm VA; CVA
SNC | partnership | FR BE IT CH | after | Société en nom collectif; Società in nome collettivo
SCS | partnership | FR BE LU | after | Société en commandite simple; Sociedad en comandita simple; SComm; SeCS; S.e.c.s.
SCSp | partnership | LU | after | Société en commandite spéciale; S.C.Sp.
SCI | partnership | FR | both | Société civile immobilière
SC | partnership | FR BE LU MX PL | after | Société civile; Sociedad Civil; Spółka cywilna
SCM | partnership | FR | both | Société civile de moyens
SCP | partnership | FR | both | Société civile professionnelle
SCEA | partnership | FR | both | Société civile d'exploitation agricole
GAEC | partnership | FR | both | Groupement agricole d'exploitation en commun
GFA | partnership | FR | before | Groupement foncier agricole
EARL | limited | FR | after | Exploitation agricole à responsabilité limitée
SELARL | limited | FR | both | Société d'exercice libéral à responsabilité limitée
SELAS | limited | FR | both | Société d'exercice libéral par actions simplifiée
SCOP | cooperative | FR | after | SCOP SA; SA SCOP; SCOP SARL; SARL SCOP; SCIC; Société coopérative
GIE | association | FR BE LU | both | Groupement d'intérêt économique
SICAV | fund | FR LU BE IT ES | after | SICAV-SIF; SICAV-RAIF; SICAF; SICAF-SIF; Société d'investissement à capital variable
SEM | company | FR | after | SAEM; SAEML; Société d'économie mixte
EPIC | state | FR | after | Établissement public à caractère industriel et commercial
Fondation | foundation | FR BE CH LU | before |
SPRL | limited | BE | both | Société privée à responsabilité limitée; SPRL BVBA; BVBA SPRL; SPRLU
BVBA | limited | BE | both | Besloten vennootschap met beperkte aansprakelijkheid; EBVBA
SA/NV | public | BE | after | NV/SA; NV SA; SA NV
SRL/BV | limited | BE | after | BV/SRL; BV SRL; SRL BV
SCRL | cooperative | BE | both | CVBA; SCRL CVBA; CVBA SCRL; Coöperatieve vennootschap met beperkte aansprakelijkheid
VOF | partnership | BE NL | both | Vennootschap onder firma
CommV | partnership | BE | both | Comm V; Gewone commanditaire vennootschap
ASBL | association | BE LU | both | Association sans but lucratif; AISBL; ASBL VZW
VZW | association | BE | both | Vereniging zonder winstoogmerk; IVZW; VZW ASBL
# Dutch
NV | public | NL BE CW AW SR | both | Naamloze vennootschap
BV | limited | NL BE CW AW | both | Besloten vennootschap
CV | partnership | NL BE ID | both | Commanditaire vennootschap
Coöperatie U.A. | cooperative | NL | around+coöperatie,coöperatief,coöperatieve,cooperatie,cooperatief,cooperatieve | U.A.;
    B.A.; W.A.; Coöperatieve U.A.
Coöperatie | cooperative | NL | before | Cooperatie
Stichting | foundation | NL BE | before |
Maatschap | partnership | NL | both |
# Italian
SpA | public | IT CL | both | S.p.A. a socio unico; S.p.A. unipersonale; Società per azioni; Sociedad por Acciones
SApA | public | IT | after | S.a.p.a.; Società in accomandita per azioni
Srl | limited | IT RO ES AR BO DO PE BE MD | after | S.r.l. a socio unico; S.r.l. unipersonale; S.r.l.u.;
    Società a responsabilità limitata; Sociedad de responsabilidad limitada; a r.l.; Soc. a r.l.;
    Societate cu răspundere limitată; SRL-D
Srls | limited | IT | after | S.r.l.s.; S.r.l. semplificata; Società a responsabilità limitata semplificata
S.a.s. (IT) | partnership | IT | after | Società in accomandita semplice
S.s. | partnership | IT | after | Società semplice
Scarl | cooperative | IT | after | S.c.a r.l.; S.c.a.r.l.; S.c.r.l.; Soc. coop. a r.l.; Società cooperativa a r.l.; Soc. coop.;
    Società cooperativa; S.c.p.a.; Soc. coop. p.a.; Società cooperativa per azioni; Società consortile a r.l.
Fondazione | foundation | IT CH | before |
Sagl | limited | CH | after | Società a garanzia limitata
# Spanish, Portuguese, Latin America
SL | limited | ES | after | Sociedad Limitada
SLU | limited | ES | after | Sociedad Limitada Unipersonal; S.L. Unipersonal
SAU | public | ES AR | after | Sociedad Anónima Unipersonal; S.A. Unipersonal
SLL | limited | ES | after | Sociedad Limitada Laboral; Sociedad Anónima Laboral; SLNE
SLP | limited | ES | after | Sociedad Limitada Profesional; SLPU
SAD | public | ES PT | after | Sociedad Anónima Deportiva; Sociedade Anónima Desportiva
S.Coop. | cooperative | ES | after | Sociedad Cooperativa; S. Coop. Ltda; S. Coop. And.; S. Coop. V.; SCCL; S. Coop. Mad.
AIE | association | ES | after | Agrupación de Interés Económico; Agrupamento Complementar de Empresas
C.B. | partnership | ES | after | Comunidad de Bienes
Fundación | foundation | ES AR CL CO MX | before |
Fundação | foundation | PT BR | before |
Lda | limited | PT AO MZ | after | Limitada; Unipessoal Lda; Sociedade Unipessoal Lda; Sociedade por quotas; Unipessoal Limitada
SGPS SA | public | PT | after | SGPS; Sociedade Gestora de Participações Sociais SA; SGPS S/A
C.R.L. | cooperative | PT | after | Cooperativa de responsabilidade limitada
Ltda | limited | BR CL CO EC GT | after | Cía. Ltda.; Compañía Limitada; Cia Ltda; Ltda ME; Ltda EPP; & Cia Ltda; & Cía Ltda
EIRELI | limited | BR | after | EIRELI ME; EIRELI EPP
EIRL | limited | CL PE DO CR | after | E.I.R.L.; Empresa Individual de Responsabilidad Limitada
SA de CV | public | MX SV HN | after | Sociedad Anónima de Capital Variable; S.A. C.V.
SAB de CV | public | MX | after | S.A.B.; Sociedad Anónima Bursátil de Capital Variable; Sociedad Anónima Bursátil
SAPI de CV | limited | MX | after | S.A.P.I.; Sociedad Anónima Promotora de Inversión de Capital Variable; SAPIB de CV;
    SAPI de CV SOFOM ENR
SAS de CV | limited | MX | after |
S de RL de CV | limited | MX | after | S. de R.L.; Sociedad de Responsabilidad Limitada de Capital Variable; S. de R.L. M.I.;
    S. de R.L. de C.V. SOFOM ENR
SA de CV SOFOM | public | MX | after | S.A. de C.V. SOFOM ENR; S.A. de C.V. SOFOM ER; S.A. de C.V. SOFOM E.N.R.;
    S.A. de C.V. SOFOM E.R.
S en C | partnership | CO MX CL | after | Sociedad en comandita; S. en C.S.; S. en C.A.; S. en C. por A.
SAA | public | PE | after | Sociedad Anónima Abierta
SAC | limited | PE | after | Sociedad Anónima Cerrada; SACI; SAIC; SACIF; SAICF
C.A. | public | VE EC | after | Compañía Anónima; C. por A.
ESP | company | CO | after | S.A. E.S.P.; S.A.S. E.S.P.; SA ESP; SAS ESP
# Nordic
AB | company | SE FI AX LT | both+oy | Aktiebolag; Akcinė bendrovė
AB (publ) | public | SE | after+ab,aktiebolag,aktiebolaget | publ; Aktiebolag (publ); Publikt aktiebolag
Aktiebolaget | company | SE | before |
HB | partnership | SE | both | Handelsbolag; Handelsbolaget
KB | partnership | SE FI | both | Kommanditbolag; Kommanditbolaget
ek. för. | cooperative | SE | after | Ekonomisk förening; Ek förening
Stiftelsen | foundation | SE NO | before | Stiftelse
AS | company | NO DK EE LV CZ SK | both | A/S; Aktieselskab; Aktieselskabet; Aksjeselskap; Aksjeselskapet; Aktsiaselts;
    Akciju sabiedrība; A.s.; Akciová společnost; Akciová spoločnosť
ASA | public | NO | after | Allmennaksjeselskap
ApS | limited | DK | after | Anpartsselskab; IVS; Iværksætterselskab; ApS & Co
I/S | partnership | DK | after | Interessentskab
K/S | partnership | DK NO | after | Kommanditselskab; Kommandittselskap
P/S | public | DK | after | Partnerselskab; Kommanditaktieselskab
A.m.b.a. | cooperative | DK | after | Andelsselskab med begrænset ansvar; F.m.b.a.; S.m.b.a.; Andelsselskab
Fonden | foundation | DK | before |
ANS | partnership | NO | after | Ansvarlig selskap
DA | partnership | NO | after | Selskap med delt ansvar
NUF | company | NO | after |
ENK | sole | NO | after | Enkeltpersonforetak
Samvirkeforetak | cooperative | NO | after |
Oy | company | FI | after+oy | Osakeyhtiö; Oy Ab; Ab Oy; Oy Ltd
Oyj | public | FI | after | Julkinen osakeyhtiö; Oyj Abp; Abp; Julkinen Oy
Ky | partnership | FI | after | Kommandiittiyhtiö
Ay | partnership | FI | after | Avoin yhtiö
Osk | cooperative | FI | after | Osuuskunta
Tmi | sole | FI | both | Toiminimi
ry | association | FI | after | Rekisteröity yhdistys
Säätiö | foundation | FI | after | Säätiö sr
hf. | public | IS | after | Hlutafélag; ohf.
ehf. | limited | IS | after | Einkahlutafélag
slhf. | partnership | IS | after | slf.; Sameignarfélag
# Baltic
OÜ | limited | EE | both | Osaühing
TÜ | partnership | EE | both | Täisühing
UÜ | partnership | EE | both | Usaldusühing
MTÜ | association | EE | both | Mittetulundusühing
FIE | sole | EE | both |
SIA | limited | LV | both | Sabiedrība ar ierobežotu atbildību
IK | sole | LV | both | Individuālais komersants
UAB | limited | LT | both | Uždaroji akcinė bendrovė
MB | limited | LT | both | Mažoji bendrija
IĮ | sole | LT | both | Individuali įmonė
VšĮ | association | LT | both | Viešoji įstaiga
VĮ | state | LT | both | Valstybės įmonė
KŪB | partnership | LT | both | Komanditinė ūkinė bendrija
# Central Europe
s.r.o. | limited | CZ SK | after | spol. s r.o.; spol. s r. o.; spol. sro; společnost s ručením omezeným;
    spoločnosť s ručením obmedzeným; s. r. o.
v.o.s. | partnership | CZ SK | after | veřejná obchodní společnost; verejná obchodná spoločnosť
k.s. | partnership | CZ SK | after | komanditní společnost; komanditná spoločnosť; kom. spol.
j.s.a. | limited | SK | after | jednoduchá spoločnosť na akcie
státní podnik | state | CZ SK | after | š.p.; štátny podnik
o.p.s. | foundation | CZ | after | obecně prospěšná společnost; z.ú.
z.s. | association | CZ | after | zapsaný spolek
družstvo | cooperative | CZ SK | after |
sp. z o.o. | limited | PL | after | sp. z o. o.; sp zoo; spz oo; spółka z ograniczoną odpowiedzialnością; spółka z o.o.
sp. k. | partnership | PL | after | spółka komandytowa; sp. z o.o. sp. k.; sp. z o.o. spółka komandytowa;
    spółka z ograniczoną odpowiedzialnością spółka komandytowa; sp. z o.o. i wspólnicy sp. k.
sp. j. | partnership | PL | after | spółka jawna
sp. p. | partnership | PL | after | spółka partnerska
S.K.A. | public | PL | after | spółka komandytowo-akcyjna
P.S.A. | limited | PL | after | prosta spółka akcyjna
Kft. | limited | HU | after | Korlátolt felelősségű társaság; Kft. f.a.
Zrt. | limited | HU | after | Zártkörűen működő részvénytársaság
Nyrt. | public | HU | after | Nyilvánosan működő részvénytársaság
Rt. | public | HU | after | Részvénytársaság
Bt. | partnership | HU | after | Betéti társaság
Kkt. | partnership | HU | after | Közkereseti társaság
# South-eastern Europe
d.d. | public | SI HR BA | after | delniška družba; dioničko društvo; dionicko drustvo
d.o.o. | limited | SI HR BA RS ME MK | after | družba z omejeno odgovornostjo; društvo s ograničenom odgovornošću; j.d.o.o.;
    д.о.о.; доо
d.n.o. | partnership | SI | after | družba z neomejeno odgovornostjo; j.t.d.
k.d. | partnership | SI HR | after | komanditna družba; komanditno društvo
s.p. | sole | SI | after | samostojni podjetnik
a.d. | public | RS ME BG MK BA | after | а.д.; АД; akcionarsko društvo; акционарско друштво; акционерно дружество
EAD | public | BG | after | ЕАД; еднолично акционерно дружество
OOD | limited | BG | after | ООД; дружество с ограничена отговорност
EOOD | limited | BG MK | after | ЕООД; еднолично дружество с ограничена отговорност; ДООЕЛ; DOOEL
S.N.C. (RO) | partnership | RO | after | Societate în nume colectiv
A.E. | public | GR | after | Α.Ε.; Ανώνυμη Εταιρεία; Ανώνυμος Εταιρεία; Α.Ε.Β.Ε.; Α.Β.Ε.Ε.; AEBE; Single Member S.A.;
    Μονοπρόσωπη Α.Ε.; S.A. Single Member
E.P.E. | limited | GR | after | Ε.Π.Ε.; Εταιρεία Περιορισμένης Ευθύνης
I.K.E. | limited | GR | after | Ι.Κ.Ε.; Ιδιωτική Κεφαλαιουχική Εταιρεία; Μονοπρόσωπη Ι.Κ.Ε.; Single Member P.C.;
    Single Member Private Company
O.E. | partnership | GR | after | Ο.Ε.; Ομόρρυθμη Εταιρεία
E.E. | partnership | GR | after | Ε.Ε.; Ετερόρρυθμη Εταιρεία
Λτδ | limited | CY | after | Λίμιτεδ; Λιμιτεδ
A.Ş. | public | TR | after | Anonim Şirketi; Anonim Ortaklığı; T.A.Ş.; T.A.O.
Ltd. Şti. | limited | TR | after | Limited Şirketi
# Eastern Europe and Central Asia
ООО | limited | RU BY | both | Общество с ограниченной ответственностью; OOO
ПАО | public | RU | both | Публичное акционерное общество; PAO; PJSC; Public Joint Stock Company; Public JSC
АО | public | RU KZ BY | both | Акционерное общество; AO; НАО; Непубличное акционерное общество
ОАО | public | RU BY | both | Открытое акционерное общество; OAO; OJSC; Open Joint Stock Company
ЗАО | limited | RU BY AM | both | Закрытое акционерное общество; ZAO; CJSC; Closed Joint Stock Company
JSC | public | RU KZ GE UA VN AM AZ | both | Joint Stock Company; Joint-Stock Co; J.S.C.
ИП | sole | RU KZ | both | Индивидуальный предприниматель
ФГУП | state | RU | both | Федеральное государственное унитарное предприятие; FGUP; ГУП; МУП
АНО | association | RU | both | Автономная некоммерческая организация
ТОВ | limited | UA | both | Товариство з обмеженою відповідальністю; TOV
ПАТ | public | UA | both | Публічне акціонерне товариство
ПрАТ | limited | UA | both | Приватне акціонерне товариство; PrAT; PrJSC
АТ | public | UA | both | Акціонерне товариство
ПП | limited | UA | both | Приватне підприємство
ТОО | limited | KZ | both | Товарищество с ограниченной ответственностью
# Middle East
PSC | public | AE BH | after | Public Shareholding Company; P.S.C.
W.L.L. | limited | BH QA KW | after | With Limited Liability
B.S.C. | public | BH | after | B.S.C. (c); Bahrain Shareholding Company
K.S.C. | public | KW | after | K.S.C.P.; K.S.C.C.; K.S.C. (Closed); K.S.C. (Public)
Q.P.S.C. | public | QA | after | Q.S.C.; Q.P.S.C. (Public)
S.A.O.G. | public | OM | after | SAOC; S.A.O.C.
S.A.L. | public | LB | after | S.A.L. (Holding); SAL Holding; SAL Offshore
FZE | limited | AE | after | FZCO; FZ Co; FZC
# South-east Asia
Sdn Bhd | limited | MY BN | after | Sendirian Berhad; Sdn Berhad
Bhd | public | MY BN | after | Berhad; Bhd (Public)
PT | limited | ID | before | Perseroan Terbatas
PT Tbk | public | ID | after+pt | Tbk; (Persero) Tbk; Terbuka
PT (Persero) | state | ID | after+pt | Persero
CTCP | public | VN | before | Công ty Cổ phần; Cong ty Co phan
Công ty TNHH | limited | VN | before | TNHH; Công ty TNHH MTV; Công ty Trách nhiệm hữu hạn; Cong ty TNHH
# Japan in Latin letters
K.K. | public | JP | both | Kabushiki Kaisha; Kabushiki Gaisha; Kabushikigaisha; Kabushikikaisha
Y.K. | limited | JP | both | Yugen Kaisha; Yugen Gaisha; Yugengaisha
G.K. | limited | JP | both | Godo Kaisha; Godo Gaisha; Goudou Kaisha; Godogaisha
# Japan
株式会社 | public | JP | joined | (株); 株式會社
有限会社 | limited | JP | joined | (有); 特例有限会社; 有限會社
合同会社 | limited | JP | joined | (同); (合同)
合資会社 | partnership | JP | joined | (資)
合名会社 | partnership | JP | joined | (名)
相互会社 | association | JP | joined | (相)
一般社団法人 | association | JP | joined | (一社)
公益社団法人 | association | JP | joined | (公社)
社団法人 | association | JP | joined | (社)
一般財団法人 | foundation | JP | joined | (一財)
公益財団法人 | foundation | JP | joined | (公財)
財団法人 | foundation | JP | joined | (財)
学校法人 | foundation | JP | joined | (学); 私立学校法人; 準学校法人
医療法人 | association | JP | joined | (医); 医療法人社団; 医療法人財団; 社会医療法人
社会福祉法人 | foundation | JP | joined | (福)
宗教法人 | foundation | JP | joined | (宗)
特定非営利活動法人 | association | JP | joined | (特非); (特); npo法人
独立行政法人 | state | JP | joined | (独)
地方独立行政法人 | state | JP | joined | (地独)
国立大学法人 | state | JP | joined | (大)
国立研究開発法人 | state | JP | joined |
監査法人 | partnership | JP | joined | 有限責任監査法人; (監)
投資法人 | fund | JP | joined |
有限責任事業組合 | partnership | JP | joined | (責)
投資事業有限責任組合 | fund | JP | joined |
特定目的会社 | fund | JP | joined |
# Korea
주식회사 | public | KR | joined | (주)
유한회사 | limited | KR | joined | (유)
유한책임회사 | limited | KR | joined | (유책)
합자회사 | partnership | KR | joined | (합자)
합명회사 | partnership | KR | joined | (합명)
합자회사/합명회사 | partnership | KR | joined | (합)
재단법인 | foundation | KR | joined | (재)
사단법인 | association | KR | joined | (사)
의료법인 | foundation | KR | joined | (의)
학교법인 | foundation | KR | joined | (학)
# China, Taiwan, Hong Kong
股份有限公司 | public | CN TW | joined | 股份公司; (股)公司
有限公司 | limited | CN TW HK MO SG | joined | 有限责任公司; 有限責任公司; (有)公司
无限公司 | partnership | CN TW HK | joined | 無限公司
有限合伙 | partnership | CN | joined | (有限合伙); 有限合伙企业; 合伙企业(有限合伙); (有限合夥); 有限合夥
普通合伙 | partnership | CN | joined | (普通合伙); 普通合伙企业; (特殊普通合伙)
"""


@dataclass(frozen=True, slots=True)
class LegalForm:
    """One line of the table: ``place`` is before, after, both, around or joined; ``beside`` are words at the beginning that go with it."""

    form: str
    kind: str
    jurisdictions: tuple[str, ...]
    place: str
    spellings: tuple[str, ...]
    beside: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def legal_forms() -> tuple[LegalForm, ...]:
    """All forms, in the order of the table; of two with one spelling the first names it."""
    found = []
    for line in _TABLE.strip().replace("\n    ", " ").splitlines():
        if line.startswith("#"):
            continue
        form, kind, where, place, others = (part.strip() for part in line.split("|"))
        place, _, beside = place.partition("+")
        spellings = (form, *(other.strip() for other in others.split(";") if other.strip()))
        found.append(LegalForm(form, kind, tuple(where.split()), place, spellings, tuple(filter(None, beside.split(",")))))
    return tuple(found)


@lru_cache(maxsize=1024)
def kind_of(form: str) -> str | None:
    """What kind of party a form makes; ``None`` for a form that is not in the table.

    >>> kind_of("Ltd"), kind_of("AS"), kind_of("株式会社"), kind_of("?")
    ('limited', 'company', 'public', None)
    """
    return next((row.kind for row in legal_forms() if row.form == form), None)
