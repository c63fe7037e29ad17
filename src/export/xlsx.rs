//! Report → publishable XLSX.
