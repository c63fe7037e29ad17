//! Prose of a report: sentences composed from parts, in the style of published reports, consistent with the figures.
//!
//! Takes the agency, the year and the figures that a text may state, returns paragraphs. A sentence names no year other than
//! the report's and its neighbours, and no figure of a table that is not in the table.

use fastrand::Rng;
use nianbao::model::Paragraph;

/// The facts that a text may state.
pub struct Facts {
    pub agency: String,
    pub year: u16,
    /// Requests received and carried over from last year, if the form counts them.
    pub requests: Option<(String, String)>,
}

const GROUNDS: [&str; 8] = [
    "以习近平新时代中国特色社会主义思想为指导",
    "坚持以人民为中心的发展思想",
    "严格执行《中华人民共和国政府信息公开条例》",
    "紧紧围绕中心工作和群众关切",
    "按照上级关于政务公开工作的部署",
    "坚持以公开为常态、不公开为例外",
    "聚焦优化营商环境和保障民生",
    "对照年度政务公开工作要点",
];
const DEEDS: [&str; 16] = [
    "健全信息发布审核机制",
    "规范依申请公开办理流程",
    "完善政府信息管理制度",
    "加强政策解读和回应关切",
    "推进基层政务公开标准化规范化",
    "优化门户网站栏目设置",
    "落实“三审三校”和保密审查要求",
    "动态调整主动公开基本目录",
    "加强政务新媒体日常管理",
    "开展行政规范性文件清理",
    "公开重大建设项目批准和实施信息",
    "做好财政预决算公开",
    "组织业务骨干专题培训",
    "建立问题整改台账",
    "畅通公众意见征集渠道",
    "强化公开信息日常巡查",
];
const SUBJECTS: [&str; 12] = [
    "行政许可、行政处罚等执法信息",
    "就业创业和社会保障政策",
    "义务教育招生入学信息",
    "食品药品安全监管结果",
    "乡村振兴和惠农补贴资金",
    "生态环境质量状况",
    "重大民生实事进展",
    "招标投标和政府采购事项",
    "公共资源配置情况",
    "突发事件应对和预警信息",
    "养老服务与社会救助标准",
    "城市更新和老旧小区改造安排",
];
const RESULTS: [&str; 12] = [
    "公开的及时性和准确性进一步提高",
    "群众的知晓率和满意度稳步提升",
    "工作的制度化、规范化水平不断增强",
    "做到了应公开尽公开",
    "有效保障了公民、法人和其他组织的知情权",
    "形成了职责清晰、上下联动的工作格局",
    "未发生失密泄密情况",
    "以公开促落实、促服务的作用更加明显",
    "基本实现了全流程可查询、可追溯",
    "为企业和群众办事创业提供了便利",
    "信息发布的针对性、实效性明显改善",
    "各项任务按时间节点全部完成",
];
const CHANNELS: [&str; 7] =
    ["政府门户网站", "微信公众号", "政务公开栏", "新闻发布会", "政务服务大厅", "图书馆和档案馆查阅点", "广播电视"];
const FAULTS: [&str; 10] = [
    "主动公开的时效性还不够强",
    "政策解读的形式较为单一",
    "个别栏目更新不及时",
    "工作人员业务水平参差不齐",
    "公开内容与群众需求还有差距",
    "基层单位对公开工作重视不够",
    "历史信息的规范整理有待加强",
    "依申请公开答复文书不够规范",
    "政务新媒体的互动功能发挥不充分",
    "部门之间的协同配合还需加强",
];
const REMEDIES: [&str; 10] = [
    "加强学习培训，每季度开展一次业务交流",
    "细化公开事项清单，明确责任科室和时限",
    "丰富解读形式，增加图解和问答",
    "完善考核评价办法，定期通报情况",
    "开展自查整改，逐项对账销号",
    "拓宽公开渠道，方便群众查阅和监督",
    "健全与法律顾问的会商机制，提高答复质量",
    "加强平台巡查，及时更新维护栏目",
    "把公开要求嵌入公文办理的各个环节",
    "主动征集意见建议，回应社会关切",
];
const NUMBERS: [&str; 6] = ["一", "二", "三", "四", "五", "六"];
/// Headings of texts for a form with free headings, in three wordings.
const OWN_HEADINGS: [[&str; 3]; 6] = [
    ["概述", "工作概况", "基本情况"],
    ["公开工作推进情况", "信息发布情况", "工作开展情况"],
    ["申请办理工作情况", "申请受理情况", "申请与答复工作"],
    ["解读回应和平台建设", "政策解读工作情况", "平台建设和舆情回应"],
    ["监督保障和教育培训", "组织保障工作", "考核与培训"],
    ["存在的问题和下一步打算", "主要不足与改进措施", "问题和努力方向"],
];
/// Characters beyond everyday use, as they occur in names of places and people.
const RARE: [&str; 12] = ["堃", "垚", "昇", "喆", "㙍", "䶮", "滘", "堽", "垟", "𠙶", "𬭎", "𫖯"];

/// Composes the sentences of one report.
pub struct Writer<'a> {
    pub facts: &'a Facts,
    pub rng: &'a mut Rng,
    /// Whether the clerk types half-width marks, and spaces around digits, as many do.
    pub careless: bool,
    /// Whether names with rare characters occur.
    pub rare: bool,
}

impl Writer<'_> {
    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.rng.usize(..from.len())]
    }

    fn sentence(&mut self) -> String {
        let year = self.facts.year;
        let (deed, subject, result) = (self.pick(&DEEDS), self.pick(&SUBJECTS), self.pick(&RESULTS));
        match self.rng.u32(..6) {
            0 => format!("{year}年，我单位{}，{deed}，{result}。", self.pick(&GROUNDS)),
            1 => format!("围绕{subject}，{deed}，{}，{result}。", self.pick(&DEEDS)),
            2 => {
                let (channel, items) = (self.pick(&CHANNELS), self.rng.u32(3..1500));
                format!("全年通过{channel}发布{subject}等各类信息{items}条，{result}。")
            }
            3 => format!("{}，重点公开{subject}和{}，{result}。", self.pick(&GROUNDS), self.pick(&SUBJECTS)),
            4 => format!("一方面{deed}，另一方面{}，{result}。", self.pick(&DEEDS)),
            _ => format!("由办公室牵头、各科室分工负责，{deed}，对{subject}逐条审核后公开，{result}。"),
        }
    }

    /// Returns a paragraph of so many sentences.
    fn paragraph(&mut self, sentences: usize) -> String {
        let mut text: String = (0..sentences).map(|_| self.sentence()).collect();
        if self.rare && self.rng.bool() {
            let (rare, place) = (self.pick(&RARE), self.pick(&["村", "社区", "水库", "古镇"]));
            text.push_str(&format!("在{rare}{place}开展政务公开进基层活动{}场。", self.rng.u32(2..9)));
        }
        text
    }

    fn written(&self, text: &str) -> String {
        if !self.careless {
            return text.to_owned();
        }
        let year = self.facts.year.to_string();
        text.replace('，', ", ").replace(&year, &format!("{year} "))
    }

    fn body(&mut self, sentences: usize) -> Paragraph {
        let text = self.paragraph(sentences);
        Paragraph::body(self.written(&text))
    }

    fn text(&self, text: &str) -> Paragraph {
        Paragraph::body(self.written(text))
    }

    /// Returns a whole text under the agency's own headings.
    pub fn free(&mut self) -> Vec<Paragraph> {
        let wording = self.rng.usize(..OWN_HEADINGS[0].len());
        let mut out = Vec::new();
        let count = self.rng.usize(4..=OWN_HEADINGS.len());
        // The last heading, on deficiencies, is always included.
        let headings = OWN_HEADINGS[..count - 1].iter().chain(OWN_HEADINGS.last());
        for ((i, wordings), number) in headings.enumerate().zip(NUMBERS) {
            out.push(Paragraph::heading(1, format!("{number}、{}", wordings[wording])));
            if i + 1 == count {
                out.extend(self.problems());
                continue;
            }
            let sentences = self.rng.usize(4..=7);
            out.push(self.body(sentences));
            if i == 1 {
                for (number, part) in NUMBERS.iter().zip(["健全工作机制", "丰富公开内容", "拓展公开渠道"])
                {
                    out.push(Paragraph::heading(2, format!("（{number}）{part}")));
                    let sentences = self.rng.usize(3..=5);
                    out.push(self.body(sentences));
                }
            }
        }
        out
    }

    /// Returns a section with the given subheadings.
    pub fn headed(&mut self, subheadings: &[String]) -> Vec<Paragraph> {
        let mut out = Vec::new();
        for (i, subheading) in subheadings.iter().enumerate() {
            out.push(Paragraph::heading(2, subheading.as_str()));
            let sentences = self.rng.usize(2..=5);
            out.push(self.body(sentences));
            let stated = self.facts.requests.clone().filter(|_| i == 1);
            if let Some((received, carried)) = stated {
                let year = self.facts.year;
                out.push(self.text(&format!(
                    "{year}年，共收到政府信息公开申请{received}件，上年结转{carried}件，均按规定办理。"
                )));
            } else if self.rng.u32(..3) == 0 {
                let sentences = self.rng.usize(2..=4);
                out.push(self.body(sentences));
            }
        }
        out
    }

    /// Returns a section of paragraphs: deficiencies and planned remedies.
    pub fn problems(&mut self) -> Vec<Paragraph> {
        let (wrong, also) = (self.pick(&FAULTS), self.pick(&FAULTS));
        let year = self.facts.year;
        let mut out =
            vec![self.text(&format!("{year}年，政府信息公开工作取得了一定成效，但仍存在一些问题：{wrong}，{also}。"))];
        out.push(self.text(&format!("针对上述问题，{}年将重点做好以下工作。", year + 1)));
        for number in NUMBERS.iter().take(self.rng.usize(2..=5)) {
            let (remedy, deed, result) = (self.pick(&REMEDIES), self.pick(&DEEDS), self.pick(&RESULTS));
            out.push(self.text(&format!("{number}是{remedy}，{deed}，力争{result}。")));
        }
        let sentences = self.rng.usize(1..=3);
        out.push(self.body(sentences));
        out
    }

    /// Returns the last section: the fee charged for information, and other matters.
    pub fn closing(&mut self) -> Vec<Paragraph> {
        let year = self.facts.year;
        let mut out = vec![self.text(&format!("{year}年度，{}未收取政府信息公开信息处理费。", self.facts.agency))];
        for _ in 0..self.rng.usize(1..=3) {
            let sentences = self.rng.usize(2..=4);
            out.push(self.body(sentences));
        }
        out
    }

    /// Returns a paragraph for the beginning of the report.
    pub fn preface(&mut self) -> Paragraph {
        let Facts { agency, year, .. } = self.facts;
        self.text(&format!(
            "根据《中华人民共和国政府信息公开条例》的规定，现公布{agency}{year}年政府信息公开工作情况。所列数据的统计期限自{year}年1月1日起至12月31日止。"
        ))
    }

    /// Returns a note after a table.
    pub fn note(&mut self) -> Paragraph {
        let (deed, result) = (self.pick(&DEEDS), self.pick(&RESULTS));
        self.text(&format!("以上数据由各科室填报、办公室汇总核对。下一步将{deed}，确保{result}。"))
    }
}
