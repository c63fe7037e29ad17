//! Documents for tests.

use crate::compose::{compose, made_title};
use crate::form;
use crate::model::{Document, Paragraph, Report, Value};

const TEXT: [&[(u8, &str)]; 6] = [
    &[
        (2, "（一）主动公开"),
        (
            0,
            "2024年，我局以习近平新时代中国特色社会主义思想为指导，严格落实《中华人民共和国政府信息公开条例》的要求，全面落实政务公开工作会议部署要求，围绕区委区政府中心工作，加强发布审核，强化解读回应，优化平台功能，规范依申请公开答复，强化队伍建设，全面提升我局政务公开水平。",
        ),
        (2, "（二）依申请公开"),
        (
            0,
            "我局严格按照依申请公开信息办理流程做好依申请公开信息接收、登记、办理、调查、答复等各个环节工作，依法保障公民、法人和其他组织获取政府信息的权利，维护科技部门的形象。2024年，我局未收到政府信息公开申请。",
        ),
        (2, "（三）政府信息管理"),
        (
            0,
            "严格落实行政机关公文类信息公开审核、保密审查、责任追究、舆情应对等工作机制，遵守国家秘密法、信息公开条例以及其他法律法规和国家有关规定，确保公开信息依法、及时、全面、准确和合理。进一步规范信息发布和管理，确保信息发布准确、安全、高效，严格落实“三审”制度，加强信息发布审核把关，严格执行“分级审核、先审后发”程序。",
        ),
        (2, "（四）政府信息公开平台建设"),
        (
            0,
            "充分发挥政府门户网站第一平台作用，及时更新通知公告、动态信息等模块信息，推进政务公开事项落地见效。加强平台日常管理，建立健全科技领域舆情收集、研判、处置和回应机制，确保第一时间发现并报告重要舆情、热点信息、突发事件等。拓宽宣传渠道，积极邀请媒体宣传报道科技创新工作等，扩大宣传力度。截至目前，全年在政务公开平台主动公开信息6条，依托“精彩老城”微信公众号发布各类宣传信息15篇。",
        ),
        (2, "（五）监督保障"),
        (
            0,
            "我局按要求完成政务公开考核工作，明确政府信息公开工作责任，形成职责清晰、协同配合的工作机制，有效保障政务公开信息工作的顺利实施，推动和促进了全局政务公开工作基本实现规范化、制度化、常态化。",
        ),
    ],
    &[],
    &[],
    &[],
    &[
        (
            0,
            "对照《中华人民共和国政府信息公开条例》要求，我局政府信息公开工作仍然存在一些不足和薄弱环节，如主动公开时效性不强，政策解读宣传不够主动，信息公开机制尚需进一步健全完善等。为进一步加强和改进信息公开工作，2025年我局将重点推进以下工作：",
        ),
        (0, "一是深化政府信息管理，进一步健全公开政府信息的工作机制，规范公开信息范围和内容，提升主动公开时效。"),
        (0, "二是加强各业务处室政务公开业务培训，确保按时掌握信息公开最新要求，提升政务服务能力。"),
        (0, "三是加大政策解读宣传，提高政策解读文件宣传实效。"),
    ],
    &[(0, "我局2024年度未收取政府信息公开信息处理费。")],
];

/// A published report; `value` returns each table value from its running number.
pub(crate) fn report(edition: &str, value: impl Fn(u64) -> Value) -> Report {
    let mut report = Report::blank(form::edition(edition).unwrap());
    report.cover.agency = "老城区科学技术局".into();
    report.cover.year = 2024;
    report.cover.title = made_title("老城区科学技术局", 2024);
    for (section, text) in report.sections.iter_mut().zip(TEXT) {
        let paragraph = |(level, text): &(u8, &str)| Paragraph { level: *level, text: (*text).into() };
        section.before = text.iter().map(paragraph).collect();
    }
    let mut n = 0;
    for values in &mut report.tables {
        for v in values {
            *v = value(n);
            n += 1;
        }
    }
    report
}

/// The same report as a document.
pub(crate) fn document(edition: &str, value: impl Fn(u64) -> Value) -> Document {
    compose(&report(edition, value))
}
