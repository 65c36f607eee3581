/* The print button: the browser's own dialogue prints or keeps as PDF, offline. */
document.addEventListener("click", function (event) {
  if (event.target.closest && event.target.closest(".print-now")) window.print();
});
