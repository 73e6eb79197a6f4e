"""Ids of agencies: one for all years, spellings and names of one body, another one for every other; types of names."""

import pytest

from parsers.agencies import find_agency_type, load_agency_types
from parsers.agency_ids import load_bodies, make_agency_id, make_key, stems_of
from parsers.divisions import current_code, division_name, is_code, is_in_force, read_place
from parsers.reader import parse_report
from parsers.records import Report

WUXING, HUZHOU = "330502", "330500"


@pytest.mark.parametrize(
    ("agency", "code", "year", "expected"),
    [
        # Spellings of one name.
        ("吴兴区商务局", WUXING, 2023, "330502:商务局"),
        ("区商务局", WUXING, 2023, "330502:商务局"),
        ("商务局", WUXING, 2023, "330502:商务局"),
        ("湖州市吴兴区商务局", WUXING, 2023, "330502:商务局"),
        ("湖州市 吴兴区　商务局", WUXING, 2023, "330502:商务局"),
        ("吴兴区商务局办公室", WUXING, 2023, "330502:商务局"),
        ("吴兴区发改委", WUXING, 2023, "330502:发展和改革委员会"),
        ("吴兴区发展改革局", WUXING, 2023, "330502:发展和改革委员会"),
        ("吴兴区人社局", WUXING, 2023, "330502:人力资源和社会保障局"),
        ("国家税务总局湖州市吴兴区税务局", WUXING, 2020, "330502:税务局"),
        ("吴兴区投资促进局(区外事办)", WUXING, 2020, "330502:投资促进局"),
        ("吴兴区经济开发区管委会", WUXING, 2020, "330502:经济开发区管理委员会"),
        # The government and its office are two.
        ("吴兴区人民政府", WUXING, 2023, "330502:人民政府"),
        ("吴兴区", WUXING, 2023, "330502:人民政府"),
        ("吴兴区人民政府办公室", WUXING, 2023, "330502:人民政府办公室"),
        ("区府办", WUXING, 2023, "330502:人民政府办公室"),
        ("浙江省人民政府办公厅", "330000", 2023, "330000:人民政府办公室"),
        # Townships.
        ("吴兴区织里镇人民政府", WUXING, 2023, "330502:织里镇人民政府"),
        ("织里镇政府", WUXING, 2023, "330502:织里镇人民政府"),
        ("织里镇", WUXING, 2023, "330502:织里镇人民政府"),
        ("飞英街道办", WUXING, 2023, "330502:飞英街道办事处"),
        ("吴兴区飞英街道", WUXING, 2023, "330502:飞英街道办事处"),
        # Renamings of one body.
        ("吴兴区环境保护局", WUXING, 2015, "330502:生态环境局"),
        ("浙江省环境保护厅", "330000", 2013, "330000:生态环境厅"),
        ("吴兴区卫生局", WUXING, 2012, "330502:卫生健康委员会"),
        ("吴兴区卫生和计划生育局", WUXING, 2016, "330502:卫生健康委员会"),
        ("吴兴区卫生健康局", WUXING, 2020, "330502:卫生健康委员会"),
        ("吴兴区安监局", WUXING, 2016, "330502:应急管理局"),
        ("吴兴区国土资源局", WUXING, 2016, "330502:自然资源局"),
        ("吴兴区文化广电新闻出版局", WUXING, 2015, "330502:文化和旅游局"),
        ("吴兴区文化和广电旅游体育局", WUXING, 2020, "330502:文化和旅游局"),
        ("吴兴区外经贸局", WUXING, 2009, "330502:商务局"),
        # Merged bodies stay what they were.
        ("吴兴区工商局", WUXING, 2012, "330502:工商行政管理局"),
        ("吴兴区质量技术监督局", WUXING, 2012, "330502:质量技术监督局"),
        ("吴兴区市场监管局", WUXING, 2016, "330502:市场监督管理局"),
        ("吴兴区旅游局", WUXING, 2015, "330502:旅游局"),
        ("吴兴区人口和计划生育局", WUXING, 2011, "330502:人口和计划生育局"),
        # Two departments in one keep apart from both; side lines do not.
        ("吴兴区科技和工业信息化局", WUXING, 2020, "330502:科技和工业信息化局"),
        ("吴兴区农业农村和水利局", WUXING, 2020, "330502:农业农村和水利局"),
        ("吴兴区发展改革和经济信息化局", WUXING, 2016, "330502:发展改革和经济信息化局"),
        ("吴兴区发展改革和统计局", WUXING, 2016, "330502:发展和改革委员会"),
        ("吴兴区教育体育局", WUXING, 2016, "330502:教育局"),
        ("吴兴区城市管理委员会", WUXING, 2020, "330502:城市管理局"),
        ("吴兴区城市管理综合行政执法局", WUXING, 2020, "330502:综合行政执法局"),
        # Towns whose names hold the sign of a place, short names of places, commissions.
        ("德清县新市镇人民政府", "330521", 2020, "330521:新市镇人民政府"),
        ("长阳县教育局", "420528", 2020, "420528:教育局"),
        ("兴安盟行政公署", "152200", 2020, "152200:人民政府"),
        ("兴安盟行署办公室", "152200", 2020, "152200:人民政府办公室"),
        ("滨海新区新港街", "120116", 2020, "120116:新港街道办事处"),
        # A branch of the city's agency does the work of the district's.
        ("湖州市生态环境局吴兴分局", WUXING, 2022, "330502:生态环境局"),
        ("湖州市生态环境局吴兴分局", HUZHOU, 2022, "330502:生态环境局"),
        ("湖州市公安局吴兴区分局", WUXING, 2022, "330502:公安局"),
        ("上海市公安局徐汇分局", "310104", 2020, "310104:公安局"),
        # The city's agency on the site of a district.
        ("市应急局", WUXING, 2020, "330500:应急管理局"),
        # Divisions that go on under another code and name.
        ("荣昌县商务局", "500226", 2013, "500153:商务局"),
        ("荣昌区商务委员会", "500153", 2020, "500153:商务局"),
        ("临安市人民政府", "330185", 2012, "330112:人民政府"),
        ("杭州市临安区人民政府", "330112", 2019, "330112:人民政府"),
        ("蓟县教育局", "120225", 2014, "120119:教育局"),
        # Places that no table knows, or that are not those of the code, stay in the name.
        ("望溪区商务局", None, 2023, "?:望溪区商务局"),
        ("湖州市望溪区商务局", HUZHOU, 2023, "330500:望溪区商务局"),
        ("南浔区商务局", WUXING, 2023, "330502:南浔区商务局"),
        # Not known.
        ("商务局", None, 2023, None),
        ("柳堤镇人民政府", None, 2023, None),
        ("朝阳区商务局", None, 2023, None),
        ("高新区财政局", None, 2023, None),
        (None, WUXING, 2023, None),
        ("", WUXING, 2023, None),
    ],
)
def test_agency_id(agency: str | None, code: str | None, year: int, expected: str | None) -> None:
    assert make_agency_id(agency, code, year) == expected


def test_the_id_is_that_of_no_year() -> None:
    years = (None, 2008, 2013, 2019, 2024, 2030)
    assert {make_agency_id("吴兴区环保局", WUXING, year) for year in years} == {"330502:生态环境局"}


def test_a_key_is_the_key_of_itself() -> None:
    for body in load_bodies():
        for stem in stems_of(body):
            key = make_key(f"{stem}局")
            assert make_key(key) == key


def test_the_data_file_of_bodies_is_sound() -> None:
    bodies = load_bodies()
    names = [body.name for body in bodies]
    assert len(set(names)) == len(names) >= 60
    stems = [stem for body in bodies for stem in dict.fromkeys(stems_of(body))]
    assert sorted(stem for stem in stems if stems.count(stem) > 1) == []
    for body in bodies:
        assert set(body.into) <= set(names) - {body.name}, body.name
        assert bool(body.into) == (body.ended is not None), body.name
        assert body.ended is None or 2008 <= body.ended[0] <= body.ended[1] <= 2024
        assert all(2008 <= old.last <= 2024 for old in body.before)


def read(title: str, publisher: str = "", text: str = "全年公开信息3条。") -> Report:
    head = f"{title}\n发布机构：{publisher}\n" if publisher else f"{title}\n"
    body = f"一、总体情况\n{text}\n六、其他需要报告的事项\n无。\n"
    return parse_report((head + body).encode(), source_url="http://www.wuxing.gov.cn/art/2024/1/17/art_1.html").report


def test_the_report_carries_it() -> None:
    report = read("吴兴区商务局2023年政府信息公开工作年度报告")
    assert (report.agency_id, report.division_code) == ("330502:商务局", "330502")
    assert list(report.__struct_fields__)[-1] == "agency_id"


REPORT = "2023年政府信息公开工作年度报告"
OFFICE = "吴兴区人民政府办公室"


@pytest.mark.parametrize(
    ("title", "publisher", "text", "key", "kind"),
    [
        (f"吴兴区{REPORT}", OFFICE, "x", "人民政府", "government"),
        (f"吴兴区人民政府{REPORT}", "区府办", "x", "人民政府", "government"),
        (f"{OFFICE}{REPORT}（汇总）", "区府办", "x", "人民政府", "government"),
        (f"吴兴区人民政府（汇总）{REPORT}", OFFICE, "x", "人民政府", "government"),
        (f"吴兴区全区{REPORT}", OFFICE, "x", "人民政府", "government"),
        (f"吴兴区政府系统{REPORT}", "", "x", "人民政府", "government"),
        (REPORT, OFFICE, "全区各级行政机关认真贯彻条例。", "人民政府", "government"),
        (REPORT, OFFICE, "我办认真贯彻条例。", "人民政府办公室", "government_office"),
        (f"{OFFICE}{REPORT}", "区府办", "指导全区各部门公开信息。", "人民政府办公室", "government_office"),
        (f"吴兴区本级{REPORT}", OFFICE, "x", "人民政府本级", "government_office"),
    ],
)
def test_a_whole_district_is_not_its_office(title: str, publisher: str, text: str, key: str, kind: str) -> None:
    report = read(title, publisher, text)
    assert (report.agency_id, report.agency_type) == (f"330502:{key}", kind)


# ---------------------------------------------------------------- divisions by year


@pytest.mark.parametrize(
    ("code", "name", "first", "last"),
    [
        ("330103", "下城区", 2008, 2020),  # merged into 拱墅区
        ("310108", "闸北区", 2008, 2014),
        ("110103", "崇文区", 2008, 2009),
        ("341400", "巢湖市", 2008, 2010),
        ("371200", "莱芜市", 2008, 2017),
        ("330113", "临平区", 2021, 2024),
        ("500153", "荣昌区", 2015, 2024),
    ],
)
def test_codes_hold_in_their_years(code: str, name: str, first: int, last: int) -> None:
    assert is_code(code)
    assert division_name(code, last + 5) == name
    assert [year for year in range(2008, 2025) if is_in_force(code, year)] == list(range(first, last + 1))


def test_a_name_is_that_of_its_year() -> None:
    assert read_place("铜仁市财政局", 2010)[0] == {"522201"}
    assert read_place("铜仁市财政局", 2020)[0] == {"520600"}
    assert read_place("下城区商务局", 2023)[0] == {"330103"}


def test_codes_that_go_on() -> None:
    assert current_code("500226") == "500153"
    assert current_code("330502") == "330502"
    assert current_code("330103") == "330103"
    assert current_code("341422") == "340281"  # 无为县 of 巢湖 was moved to 芜湖, then made a city
    assert all(is_in_force(current_code(code), 2024) for code in ("120225", "632121", "542100", "522401"))


# ---------------------------------------------------------------- types

NAMES = """
township: 望溪区柳堤镇人民政府 柳堤乡人民政府 柳堤街道办事处 柳堤镇 柳堤街道 望溪区柳堤街道办 柳堤苏木人民政府 柳堤回族乡人民政府 柳堤镇人民政府办公室
government: 望溪区人民政府 望溪县人民政府 砚湖市人民政府 砚湖市政府 望溪旗人民政府 砚湖地区行政公署
government_office: 望溪区人民政府办公室 砚湖市人民政府办公厅 望溪县政府办公室 区府办 县政府办
development_zone: 望溪经济开发区管理委员会 望溪高新区管委会 望溪国家级旅游度假区管理委员会 望溪工业园区 望溪综合保税区
development_reform: 望溪区发展和改革局 望溪县发展改革委 砚湖市发改委 望溪区发展改革和统计局 望溪区发展计划局
education: 望溪区教育局 望溪县教育体育局 砚湖市教委 望溪区教体局 望溪区教育科技局
science: 望溪区科学技术局 砚湖市科技局 望溪区科技和工业信息化局
industry_information: 望溪区经济和信息化局 望溪县工业和信息化局 砚湖市经信委 望溪区工信局 望溪县经济贸易局
ethnic_religious: 望溪区民族宗教事务局 望溪县民宗局 砚湖市民族事务委员会
public_security: 望溪县公安局 广州市公安局荔湾区分局 砚湖市公安局望溪分局 砚湖市公安局交通警察支队
civil_affairs: 望溪区民政局 砚湖市民政局
justice: 望溪区司法局 砚湖市司法局
finance: 望溪区财政局 望溪县财政局(国资局) 砚湖市财政局
human_resources: 望溪区人力资源和社会保障局 望溪县人社局 砚湖市人事局 望溪区劳动和社会保障局
natural_resources: 望溪区自然资源和规划局 砚湖市国土资源局望溪分局 砚湖市规划和自然资源局 望溪县自然资源局
ecology_environment: 砚湖市生态环境局望溪分局 望溪县环境保护局 望溪区环保局
housing_construction: 望溪区住房和城乡建设局 望溪县住建局 砚湖市城乡建设委员会 望溪区规划建设局 望溪区住房保障和城乡建设局
transport: 望溪区交通运输局 望溪县交通局 砚湖市交通运输委员会
water: 望溪区水利局 砚湖市水务局 望溪县水利水电局
agriculture: 望溪区农业农村局 望溪县农业局 砚湖市农委 望溪区农林局 望溪旗农牧局 望溪区农业农村和水利局
forestry: 望溪县林业局 砚湖市林业和草原局 望溪区林业和园林局
commerce: 望溪区商务局 砚湖市商务委员会 望溪区投资促进局 望溪县招商局 望溪区对外贸易经济合作局
culture_tourism: 望溪区文化和旅游局 望溪县文化广电旅游体育局 望溪区文广新局 望溪县文旅局 望溪区文体局
health: 望溪区卫生健康局 砚湖市卫生健康委员会 望溪县卫生和计划生育局 望溪区卫生局 望溪区卫健委
veterans: 望溪区退役军人事务局 砚湖市退役军人局
emergency: 望溪区应急管理局 望溪县安全生产监督管理局 望溪区安监局
audit: 望溪区审计局 砚湖市审计局
foreign_affairs: 砚湖市外事办公室 望溪区外事侨务办公室
market_regulation: 望溪区市场监督管理局 望溪县市场监管局 砚湖市工商行政管理局望溪分局 望溪区质量技术监督局
statistics: 望溪区统计局 砚湖市统计局
medical_insurance: 望溪区医疗保障局 望溪县医保局
urban_management: 望溪区城市管理局 望溪区综合行政执法局 望溪县城市管理综合执法局 砚湖市城管局
government_services: 望溪区政务服务局 望溪县政务服务管理办公室 砚湖市政务服务和数据管理局
grain_reserves: 望溪县粮食局 砚湖市粮食和物资储备局
financial_regulation: 望溪区金融工作办公室 砚湖市地方金融监督管理局
energy: 砚湖市能源局
archives: 望溪区档案局 砚湖市档案馆
tax: 国家税务总局望溪区税务局 望溪县地方税务局 砚湖市国家税务局
meteorology: 望溪县气象局
customs: 砚湖海关
school: 望溪区第一中学 砚湖职业技术学院 望溪区实验小学
hospital: 望溪区人民医院 柳堤中心卫生院 望溪县妇幼保健院
enterprise: 砚湖市自来水有限公司 望溪区公共交通集团
intellectual_property: 砚湖市知识产权局
state_assets: 砚湖市国有资产监督管理委员会 望溪区国资委
social_insurance: 望溪区社会保险事业管理局 望溪区就业服务中心
real_estate_registration: 望溪区不动产登记中心
spatial_planning: 砚湖市规划局 望溪县城乡规划局
housing_management: 望溪区房产管理局 砚湖市住房保障和房产管理局
housing_fund: 砚湖市住房公积金管理中心
civil_air_defence: 砚湖市人民防空办公室 望溪区人防办 望溪区国防动员办公室
highways: 砚湖市公路管理局 望溪县公路局
ports_shipping: 砚湖市港航管理局 砚湖海事局
resettlement: 望溪县移民工作局
agricultural_machinery: 望溪县农机局
animal_husbandry: 望溪县畜牧兽医局
fisheries_ocean: 望溪县海洋与渔业局
rural_revitalisation: 望溪县扶贫开发办公室 望溪县乡村振兴局
supply_marketing: 望溪县供销合作社联合社
landscaping: 砚湖市园林绿化局
tourism: 望溪县旅游局 砚湖市旅游发展委员会
sport: 砚湖市体育局
broadcasting: 砚湖市广播电视局 望溪区融媒体中心
cultural_relics: 砚湖市文物局
family_planning: 望溪区人口和计划生育局 望溪县计生局
disease_control: 望溪区疾病预防控制局
traditional_medicine: 砚湖市中医药管理局
drug_administration: 望溪区食品药品监督管理局 砚湖市药品监督管理局
price_control: 望溪县物价局
fire_rescue: 望溪区消防救援大队
earthquake: 砚湖市地震局 望溪县防震减灾局
coal: 望溪县煤炭管理局
overseas_chinese: 砚湖市侨务办公室
taiwan_hong_kong: 砚湖市台湾事务办公室
legal_affairs: 望溪区人民政府法制办公室
prisons: 砚湖省监狱管理局
petitions: 望溪区信访局
data: 砚湖市大数据管理局 望溪区数据局
administrative_licensing: 望溪区行政审批局 砚湖市行政审批服务局
public_resources: 砚湖市公共资源交易中心
offices_administration: 望溪区机关事务管理局 砚湖市机关事务服务中心
local_chronicles: 望溪县地方志办公室
sanitation: 望溪区环境卫生管理处
survey_team: 国家统计局望溪调查队
small_business: 望溪县中小企业局
ports_of_entry: 砚湖市口岸办公室
postal: 砚湖市邮政管理局
tobacco: 砚湖市烟草专卖局
banking: 中国人民银行砚湖市中心支行
mass_organisation: 望溪区残疾人联合会 砚湖市红十字会
staffing: 望溪区机构编制委员会办公室
"""
TYPED = [
    (name, code)
    for line in NAMES.split("\n")
    if line
    for code, _, rest in [line.partition(": ")]
    for name in rest.split()
]


def test_at_least_seventy_types_and_names_for_most() -> None:
    codes = {kind.code for kind in load_agency_types()}
    assert len(codes) >= 70
    assert len(TYPED) >= 150
    assert {code for _, code in TYPED} <= codes


def test_no_name_is_mistyped() -> None:
    wrong = [(name, code, find_agency_type(name)) for name, code in TYPED if find_agency_type(name) != code]
    assert wrong == []
