// A single-page application in miniature: links change the address and the content, and load nothing.
const pages = {
  '/spa/': 'Welcome',
  '/spa/pricing': 'What it costs',
  '/spa/guides/knee-pain': 'A guide to knee pain',
  '/spa/contact': 'Contact us',
};

function show() {
  const title = pages[location.pathname] ?? 'There is no such page';
  document.title = `${title} – Lakeside Orthopedics (demo)`;
  document.getElementById('page').innerHTML = `<h1>${title}</h1>`;
  document.getElementById('contact').hidden = location.pathname !== '/spa/contact';
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('nav a');
  if (!link) return;
  event.preventDefault();
  history.pushState({}, '', link.href);
  show();
});
addEventListener('popstate', show);
show();
